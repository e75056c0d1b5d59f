import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView } from "../facts/view.js";
import { requiredPorts } from "../profile/expectation.js";
import { addFinding } from "./addFinding.js";
import { answeringAll, exposedAt, isAbsent, type Judging } from "./judging.js";
import { isConfirmed, lookAt, type PortLook } from "./portLook.js";

/** What this run knows of a required port of a host. Only proof makes it missing. */
type Presence =
  | { readonly is: "open" | "unknown" }
  | { readonly is: "missing"; readonly how: string; readonly since: Instant; readonly confirmed: boolean };

/**
 * Judges what must be open on a host: `required-missing`. Returns how many ports this run cannot tell of.
 * @param hosts the host's addresses in the view; the finding stands at the first
 */
export function judgeRequiredPorts(judging: Judging, hosts: readonly HostView[]): number {
  const [first] = hosts;
  if (judging.profile === null || first === undefined) return 0;
  const exposed = exposedAt(judging, first.address);
  // Where no address answers the host is what is missing, if all were asked.
  if (hosts.every(isAbsent) && exposed.every((address) => judging.hosts.has(address))) return 0;
  let unknown = 0;
  for (const { expectation, ...port } of requiredPorts(judging.profile, first.address)) {
    const presence = lookFor(judging, { hosts, exposed: answeringAll(judging, exposed) }, port);
    if (presence.is === "unknown") unknown++;
    if (presence.is !== "missing") continue;
    addFinding(judging, {
      rule: "required-missing",
      address: first.address,
      port,
      stated: expectation.severity,
      owner: expectation.owner,
      firstSeen: presence.since,
      lastSeen: judging.now,
      evidence: `${presence.how}: ${expectation.why}`,
      confirmed: presence.confirmed,
      line: expectation.line,
      local: first.local,
    });
  }
  return unknown;
}

interface Machine {
  /** All of its addresses that are in the view. */
  readonly hosts: readonly HostView[];
  /** Those where this vantage meets it; null where one of them was not asked or answered nothing. */
  readonly exposed: readonly HostView[] | null;
}

/** Open on any address is enough; missing it is where every address proves so. */
function lookFor({ view: { run } }: Judging, { hosts, exposed }: Machine, port: Port): Presence {
  const isOpen = hosts.some((host) => {
    const { is } = lookAt(host, port);
    return is === "open" || is === "flagged";
  });
  if (isOpen) return { is: "open" };
  if (exposed === null) return { is: "unknown" };
  const looks = exposed.map((host) => lookAt(host, port));
  if (looks.some(({ is }) => is === "unknown")) return { is: "unknown" };
  // Elsewhere it was looked for, too: what opens there later is no news of who the host is.
  const told = hosts.filter((host) => lookAt(host, port).is !== "unknown");
  const rows = looks.flatMap((look) => ("row" in look && look.row !== null ? [look.row] : []));
  return {
    is: "missing",
    how: told.length === 1 ? looks.map(describeAbsence).join("") : describeEach(told, port),
    // Since the last of its addresses closed. A port that never was open has no history of its own: this run is the
    // first that tells of it.
    since: rows.length === 0 ? run.startedAt : Math.max(...rows.map(({ firstSeen }) => firstSeen)),
    confirmed: rows.every((row) => isConfirmed(run, row)),
  };
}

/** Names every address that was looked at: what opens there later is a closing, and elsewhere it is none. */
function describeEach(hosts: readonly HostView[], port: Port): string {
  return hosts.map((host) => `${describeAbsence(lookAt(host, port))} on ${host.address}`).join(", ");
}

function describeAbsence({ is }: PortLook): string {
  if (is === "refused") return "refused by a filter";
  return is === "silent" ? "no answer while the host answers" : "closed";
}
