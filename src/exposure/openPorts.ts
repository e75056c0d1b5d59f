import type { JudgedPort } from "../facts/finding.js";
import type { HostView } from "../facts/view.js";
import { builtInHighRisk } from "../profile/defaults.js";
import { type Expectation, expectPort } from "../profile/expectation.js";
import { hasPort } from "../scope/portSet.js";
import { addFinding, isConfirmed, isFlagged, isOpen, type Judging } from "./judging.js";
import { describeMismatch, nameService } from "./serviceCheck.js";

type Row = HostView["ports"][number];

/** Judges each open port of a host: `unexpected-open`, `forbidden-open`, `wrong-service`, `unconfirmed`. */
export function judgeOpenPorts(judging: Judging, host: HostView): readonly JudgedPort[] {
  return host.ports.filter(isOpen).map((row) => {
    const expectation = expect(judging, row);
    if (row.covered && !isFlagged(row)) judgeOpenPort(judging, host, row, expectation);
    const { verdict, line, owner, why } = expectation;
    return { host, row, verdict, line, owner, why };
  });
}

const BUILT_IN_HIGH_RISK = builtInHighRisk();

/** Without a profile the high-risk list is forbidden, and nobody has reviewed the rest. */
function expect({ profile }: Judging, row: Row): Expectation {
  if (profile !== null) return expectPort(profile, row.address, row);
  const highRisk = BUILT_IN_HIGH_RISK.some(({ ports }) => hasPort(ports, row.protocol, row.port));
  return {
    verdict: highRisk ? "forbidden" : "unreviewed",
    entry: null,
    line: null,
    groupId: null,
    owner: null,
    severity: null,
    highRisk,
    why: highRisk ? "it is on the high-risk list" : "there is no profile",
    runnersUp: [],
  };
}

function judgeOpenPort(judging: Judging, host: HostView, row: Row, expectation: Expectation): void {
  const confirmed = isConfirmed(judging, row);
  const draft = {
    address: row.address,
    port: row,
    stated: expectation.severity,
    owner: expectation.owner,
    firstSeen: row.firstSeen,
    lastSeen: row.lastSeen,
    confirmed,
    line: expectation.line,
    local: host.local,
  };
  // One finding a doubtful port: once it is believed, the rule that applies takes over.
  if (row.confidence === "unconfirmed" && !confirmed) {
    const evidence = `${describeOpen(row)} once and not again in a second look; ${expectation.why}`;
    addFinding(judging, { ...draft, stated: null, rule: "unconfirmed", evidence });
    return;
  }
  const rule = ruleOf(judging, expectation);
  if (rule !== null) {
    const highRisk = rule === "forbidden-open" ? riskOf(expectation) : null;
    addFinding(judging, { ...draft, rule, highRisk, evidence: `${describeOpen(row)}: ${expectation.why}` });
    return;
  }
  const mismatch = expectation.entry === null ? null : describeMismatch(expectation.entry, row.service);
  if (mismatch === null) return;
  const evidence = `${describeOpen(row)}: ${mismatch}; ${expectation.why}`;
  addFinding(judging, { ...draft, rule: "wrong-service", evidence });
}

/** The rule that an open port breaks by being open, null where it may be. */
function ruleOf({ profile }: Judging, { verdict }: Expectation): "forbidden-open" | "unexpected-open" | null {
  switch (verdict) {
    case "forbidden":
      return "forbidden-open";
    case "unreviewed":
      return profile === null ? null : "unexpected-open";
    case "unlisted":
      return profile?.profile.defaults.unlisted === "forbidden" ? "unexpected-open" : null;
    case "required":
    case "allowed":
      return null;
  }
}

/** An entry that forbids the port is the reason itself, and the list says so besides. */
function riskOf({ highRisk, entry }: Expectation): "reason" | "besides" | null {
  if (!highRisk) return null;
  return entry?.list === "forbidden" ? "besides" : "reason";
}

/** `8080/tcp is open (http, nginx 1.18.0)`; a guess by number is no service and is left out. */
function describeOpen(row: Row): string {
  const { service } = row;
  const opened = row.confidence === "unconfirmed" ? "answered" : "open";
  if (service === null || service.method !== "probed") return opened;
  const product = [service.product, service.version].filter((text) => text !== null && text !== "").join(" ");
  return `${opened} (${[nameService(service), product].filter((text) => text !== "").join(", ")})`;
}
