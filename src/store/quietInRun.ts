import type { QuietGroup } from "../facts/observation.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { quietGroupsOf } from "../history/quietTrack.js";
import type { Key } from "../history/span.js";
import { hasPort, portSetOf, unionPorts } from "../scope/portSet.js";
import { type HostTracks, ownValue, WORDING } from "./hostTracks.js";
import { cellValueOf, portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

/**
 * What a run proved of the ports that are not shown one by one: those of its quiet tracks, and those with a track of
 * their own that are quiet in it.
 * @param isShown by `cellCode`: whether a port with a track of its own is left out
 */
export function quietInRun(
  ledger: Ledger,
  tracks: HostTracks,
  run: { readonly key: Key; readonly portsets: Readonly<Record<Protocol, number | null>> },
  isShown: (code: number) => boolean,
): QuietGroup[] {
  const ownSpans = portSetOf([...tracks.cells.keys()].map(portOfCode));
  const groups: QuietGroup[] = [];
  for (const protocol of PROTOCOLS) {
    const track = run.portsets[protocol];
    if (track === null) continue;
    const covered = portsetOf(ledger, track);
    const value = ownValue(tracks.quiet.get(track), tracks.wordings(WORDING.quiet, track), run.key);
    if (value !== null) groups.push(...quietGroupsOf(quietOf(ledger, value), { covered, ownSpans }));
    for (const [code, spans] of tracks.cells) {
      const port = portOfCode(code);
      if (isShown(code) || port.protocol !== protocol || !hasPort(covered, protocol, port.port)) continue;
      const answer = ownValue(spans, tracks.wordings(WORDING.cell, code), run.key);
      if (answer === null) continue;
      const { state, reason, proof } = cellValueOf(ledger, answer);
      groups.push({ state, reason, proof, ports: portSetOf([port]) });
    }
  }
  return joined(groups);
}

/** One group for each answer. */
function joined(groups: readonly QuietGroup[]): QuietGroup[] {
  const byAnswer = new Map<string, QuietGroup>();
  for (const group of groups) {
    const key = `${group.state} ${group.proof} ${group.reason}`;
    const known = byAnswer.get(key);
    const ports = known === undefined ? group.ports : unionPorts(known.ports, group.ports);
    byAnswer.set(key, { ...group, ports });
  }
  return [...byAnswer.values()];
}
