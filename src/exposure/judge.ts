import type { Finding, JudgedPort, Judgement } from "../facts/finding.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { RunView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import type { Identities } from "../profile/identities.js";
import { compareAddresses } from "../scope/address.js";
import { type AddressSet, emptyAddressSet } from "../scope/addressSet.js";
import { believedView } from "./believedView.js";
import { judgeHoles } from "./holes.js";
import { judgeMissingHosts, judgeUnknownHost } from "./hosts.js";
import { beginJudging, hostsOf } from "./judging.js";
import { noteGaps } from "./notes.js";
import { judgeOpenPorts, listOpenPorts } from "./openPorts.js";
import { judgeRequiredPorts } from "./requiredPorts.js";
import { compareSeverity } from "./severity.js";
import { judgeUnusedExceptions } from "./unusedExceptions.js";

export interface JudgeOptions {
  /** Addresses the run asked that answered nothing, beside those of the view. */
  readonly silent?: AddressSet;
  /** Who the hosts are, where there is no profile; a profile has its own. */
  readonly identities?: Identities;
}

/**
 * Judges what a run showed against a profile; without one the high-risk list alone is judged. Only what the run
 * covered opens a finding. What became of the findings of earlier runs `liveOn` tells.
 */
export function judge(
  said: RunView,
  profile: BoundProfile | null,
  { silent = emptyAddressSet, identities }: JudgeOptions = {},
): Judgement {
  const view = believedView(said);
  const judging = beginJudging(view, profile, identities ?? null);
  let unknownRequired = 0;
  for (const host of view.hosts) {
    judgeOpenPorts(judging, host);
    const addresses = hostsOf(judging, host.address);
    // A machine with several addresses has its ports together; it is judged at the first of them.
    if (addresses[0] === host) unknownRequired += judgeRequiredPorts(judging, addresses);
    judgeHoles(judging, host);
    judgeUnknownHost(judging, host);
  }
  judgeMissingHosts(judging, silent);
  judgeUnusedExceptions(judging);
  let ports: readonly JudgedPort[] | null = null;
  return {
    findings: sortFindings(judging.findings),
    settled: [],
    notes: noteGaps(judging, unknownRequired),
    // There are as many as open ports, and few readers want them.
    get ports() {
      ports ??= view.hosts.flatMap((host) => listOpenPorts(judging, host));
      return ports;
    },
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
