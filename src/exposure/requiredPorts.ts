import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView } from "../facts/view.js";
import { requiredPorts } from "../profile/expectation.js";
import { hasPort } from "../scope/portSet.js";
import { addFinding, isConfirmed, type Judging } from "./judging.js";

/** What this run knows of a required port. Only proof makes it missing. */
type Presence =
  | { readonly is: "open" | "unknown" }
  | { readonly is: "missing"; readonly how: string; readonly since: Instant; readonly confirmed: boolean };

/** Judges what must be open on a host: `required-missing`. Returns how many ports this run cannot tell of. */
export function judgeRequiredPorts(judging: Judging, host: HostView): number {
  if (judging.profile === null) return 0;
  let unknown = 0;
  for (const { expectation, ...port } of requiredPorts(judging.profile, host.address)) {
    const presence = lookFor(judging, host, port);
    if (presence.is === "unknown") unknown++;
    if (presence.is !== "missing") continue;
    addFinding(judging, {
      rule: "required-missing",
      address: host.address,
      port,
      stated: expectation.severity,
      owner: expectation.owner,
      firstSeen: presence.since,
      lastSeen: judging.now,
      evidence: `${presence.how}: ${expectation.why}`,
      confirmed: presence.confirmed,
      line: expectation.line,
      local: host.local,
    });
  }
  return unknown;
}

function lookFor(judging: Judging, host: HostView, port: Port): Presence {
  if (!hasPort(host.covered, port.protocol, port.port)) return { is: "unknown" };
  const row = host.ports.find((each) => each.port === port.port && each.protocol === port.protocol);
  if (row?.covered === true) {
    const how = describeAbsence(row.proof, port);
    if (how === null) return { is: row.proof === "none" || row.proof === "silent" ? "unknown" : "open" };
    return { is: "missing", how, since: row.firstSeen, confirmed: isConfirmed(judging, row) };
  }
  const group = host.quiet.find(({ ports }) => hasPort(ports, port.protocol, port.port));
  const how = group === undefined ? null : describeAbsence(group.proof, port);
  if (how === null) return { is: "unknown" };
  // A port that never was open has no history of its own: this run is the first that tells of it.
  return { is: "missing", how, since: judging.view.run.startedAt, confirmed: true };
}

/** Null where the answer does not prove that nothing is there; silence of a UDP port never does. */
function describeAbsence(proof: HostView["quiet"][number]["proof"], { protocol }: Port): string | null {
  if (proof === "closed") return "closed";
  if (proof === "refused") return "refused by a filter";
  if (proof === "silent" && protocol !== "udp") return "no answer while the host answers";
  return null;
}
