import type { Finding, JudgedPort, Judgement } from "../facts/finding.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { RunView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { compareAddresses } from "../scope/address.js";
import { type AddressSet, emptyAddressSet } from "../scope/addressSet.js";
import { judgeHoles } from "./holes.js";
import { judgeMissingHosts, judgeUnknownHost } from "./hosts.js";
import { beginJudging } from "./judging.js";
import { noteGaps } from "./notes.js";
import { judgeOpenPorts } from "./openPorts.js";
import { judgeRequiredPorts } from "./requiredPorts.js";
import { compareSeverity } from "./severity.js";

/**
 * Judges what a run showed against a profile; without one the high-risk list alone is judged. Only what the run
 * covered opens a finding. `silent`: addresses the run asked that answered nothing, beside those of the view.
 */
export function judge(
  view: RunView,
  profile: BoundProfile | null,
  { silent = emptyAddressSet }: { readonly silent?: AddressSet } = {},
): Judgement {
  const judging = beginJudging(view, profile);
  const ports: JudgedPort[] = [];
  let unknownRequired = 0;
  for (const host of view.hosts) {
    for (const judged of judgeOpenPorts(judging, host)) ports.push(judged);
    // Of a host that answered nothing no port is known, and the host is what is missing.
    const isAbsent = host.presence === "silent" || host.presence === "vanished";
    if (!isAbsent) unknownRequired += judgeRequiredPorts(judging, host);
    judgeHoles(judging, host);
    judgeUnknownHost(judging, host);
  }
  judgeMissingHosts(judging, silent);
  return {
    findings: sortFindings(judging.findings),
    ports,
    notes: noteGaps(judging, unknownRequired),
  };
}

/**
 * The order in reports: gravest first, then address, protocol, port, rule; what is said of a whole host before what
 * is said of its ports. Changes the array it is given.
 */
export function sortFindings(findings: Finding[]): Finding[] {
  // Addresses are compared as numbers once each, not once a comparison.
  const addresses = [...new Set(findings.map(({ address }) => address))].sort(compareAddresses);
  const rank = new Map(addresses.map((address, index) => [address, index]));
  return findings.sort(
    (a, b) =>
      compareSeverity(b.severity, a.severity) ||
      (rank.get(a.address) ?? 0) - (rank.get(b.address) ?? 0) ||
      rankProtocol(a.protocol) - rankProtocol(b.protocol) ||
      (a.port ?? -1) - (b.port ?? -1) ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  );
}

function rankProtocol(protocol: Protocol | null): number {
  return protocol === null ? -1 : PROTOCOLS.indexOf(protocol);
}
