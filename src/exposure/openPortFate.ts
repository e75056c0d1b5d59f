/** The fate of findings about a port that was open, and of those about the service behind it. */
import type { Finding } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { HostView } from "../facts/view.js";
import { expectPort } from "../profile/expectation.js";
import { carried, type Fate, HOST_GONE, NO_PROFILE, NOT_COVERED, SILENT_ONCE, settled } from "./fate.js";
import { type Living, openPortFinding } from "./living.js";
import { isBelieved, lookAt, type Row } from "./portLook.js";
import { describeService, expectsService, isAsExpected } from "./serviceCheck.js";

/** `closed` comes by proof only: a reset, or a port unreachable to UDP. */
export function openPortFate(living: Living, was: Finding, host: HostView, port: Port): Fate {
  if (host.presence === "vanished" || host.presence === "silent") return goneFate(was, host);
  const look = lookAt(host, port);
  switch (look.is) {
    case "unknown":
      return carried(NOT_COVERED);
    case "flagged":
      return carried(`not judged in this run: a ${look.row.confidence} answers for everybody`);
    case "closed":
      return settled("closed", "proved closed");
    case "refused":
      return settled("silenced", "refused by a filter");
    case "silent":
      return silenceFate(living, was, look.row);
    case "open":
      return stillOpenFate(living, was, look.row);
  }
}

/**
 * A host that is believed gone in one run and answers nothing in the next takes its findings with it, though nothing of
 * its ports is proved. One that is merely silent has not been asked, as far as anybody knows.
 */
export function goneFate(was: Finding, { presence }: Pick<HostView, "presence">): Fate {
  if (was.carried === HOST_GONE) return settled("silenced", "the host is gone, and believed so");
  return carried(presence === "vanished" ? HOST_GONE : NOT_COVERED);
}

/**
 * Silence is believed in two covering runs. A port that never was open has no history, so its finding keeps in mind that
 * the last run that covered it found it silent.
 */
export function silenceFate({ view, confirmRuns }: Living, was: Finding, row: Row | null): Fate {
  const believed =
    row === null ? confirmRuns === 1 || was.carried === SILENT_ONCE : isBelieved(row, view.run, confirmRuns);
  return believed ? settled("silenced", "silent, and believed so") : carried(SILENT_ONCE);
}

/** Still open, and no finding of this rule any more: so the profile was changed, or what was in doubt is known. */
function stillOpenFate(living: Living, was: Finding, row: Row): Fate {
  const { profile } = living;
  const is = openPortFinding(living, row.address, row);
  if (is?.rule === "unconfirmed") return carried("open in this run, and not confirmed", row.lastSeen);
  if (was.rule === "unconfirmed" && is !== null) return settled("silenced", `confirmed: now ${is.rule}`);
  if (profile === null) {
    const isConfirmed = was.rule === "unconfirmed" && was.profile === null;
    return isConfirmed ? settled("silenced", "confirmed") : carried(NO_PROFILE, row.lastSeen);
  }
  const audit = living.otherAudit(was);
  // Two audits look at one port by two profiles: neither is a change of the other.
  if (audit !== null && was.rule !== "unconfirmed") {
    return carried(`judged by the profile of audit @${audit}, and this run by another`, row.lastSeen);
  }
  const { verdict, entry, why } = expectPort(profile, row.address, row);
  const now = `now ${is?.rule ?? verdict}: ${why}`;
  if (was.rule === "unconfirmed") return settled("silenced", `confirmed: ${now}`);
  if (was.rule !== "wrong-service" || is !== null || entry === null || !expectsService(entry)) {
    return settled("profile-changed", now);
  }
  // Another service than the finding told of is a change there; the same one means that more is allowed.
  if (tellsOf(was, row)) return settled("profile-changed", now);
  if (isAsExpected(entry, row.service)) return settled("closed", "the service is as expected");
  return carried("the service was not identified in this run", row.lastSeen);
}

/** Whether the evidence of a finding begins as that of an open port with this service does. */
function tellsOf({ evidence }: Finding, { service }: Row): boolean {
  const told = describeService(service);
  return evidence.startsWith(`open${told}:`) || evidence.startsWith(`answered${told}:`);
}
