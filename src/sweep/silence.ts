/** When silence is believed, and of which ports it is still to be asked. */
import type { PortSet } from "../facts/port.js";
import { emptyPortSet, intersectPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { answeredPorts, type HostEvidence, type Silence } from "./evidence.js";

/** Silences that lie between two answers of the host. */
export function anchoredSilences(host: HostEvidence): Silence[] {
  const { anchoredBy, earlier, lastAnswerFrom } = host;
  if (lastAnswerFrom === null) return [];
  const isClosed = (silence: Silence) => silence.to <= lastAnswerFrom;
  const since = anchoredBy === null ? [] : host.silences.filter(({ from }) => from >= anchoredBy);
  return [...earlier, ...since].filter(isClosed);
}

/** Ports silent in enough anchored passes, and in no pass anything else: silence that is believed. */
export function believedSilence(host: HostEvidence): PortSet {
  return subtractPorts(silentEnough(anchoredSilences(host), host), answeredPorts(host));
}

/** Ports for which another pass is due: silent so far, and in too few passes since the host first answered. */
export function portsDue(host: HostEvidence, asked: PortSet): PortSet {
  const since = host.anchoredBy ?? 0;
  const enough = silentEnough([...host.earlier, ...host.silences.filter((s) => s.from >= since)], host);
  return subtractPorts(subtractPorts(asked, answeredPorts(host)), enough);
}

/** A UDP service may drop what it does not like, and what was measured of TCP says little of it. */
const LEAST_UDP_SILENCES = 2;
/** A host that tells of ports does so so many times a second: the silence of the fast first pass says nothing. */
const LEAST_WHERE_TOLD = 3;

function silentEnough(silences: readonly Silence[], host: HostEvidence): PortSet {
  const { silencesNeeded } = host;
  const tcp = silentTimes(silences, silencesNeeded);
  const least = tellsOfUdp(host) ? LEAST_WHERE_TOLD : LEAST_UDP_SILENCES;
  if (silencesNeeded >= least) return tcp;
  return { ...silentTimes(silences, least), tcp: tcp.tcp };
}

/** True for a host of whose UDP ports an ICMP error told that they are closed or refused. */
export function tellsOfUdp(host: HostEvidence): boolean {
  for (const { ports } of host.refusals.values()) if (ports.udp.length > 0) return true;
  return false;
}

/** Ports in at least `times` of the silences. */
function silentTimes(silences: readonly Silence[], times: number): PortSet {
  // levels[n] holds the ports seen silent n + 1 times.
  const levels: PortSet[] = Array.from({ length: times }, () => emptyPortSet);
  for (const { ports } of silences) {
    for (let level = times - 1; level > 0; level--) {
      const again = intersectPorts(levels[level - 1] ?? emptyPortSet, ports);
      levels[level] = unionPorts(levels[level] ?? emptyPortSet, again);
    }
    levels[0] = unionPorts(levels[0] ?? emptyPortSet, ports);
  }
  return levels[times - 1] ?? emptyPortSet;
}
