import type { PortSet } from "../facts/port.js";
import { stateAt } from "../history/span.js";
import { countPorts, intersectPorts, parseCanonicalPorts, subtractPorts } from "../scope/portSet.js";
import type { QuietTracks } from "./cellPeriods.js";
import { portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { VantageAt } from "./vantageAt.js";

/**
 * Takes ports of a host that never were open apart into sets with one history each: most of a thousand closed ports have
 * been closed together in every run, and then what is true of one is true of all.
 */
export function sameQuiet(
  ledger: Ledger,
  at: VantageAt,
  host: number,
  ports: PortSet,
  tracks: QuietTracks,
): PortSet[] {
  const seen = new Set<string>();
  let classes = [ports];
  const split = (by: PortSet): void => {
    classes = classes
      .flatMap((each) => [intersectPorts(each, by), subtractPorts(each, by)])
      .filter((each) => countPorts(each) > 0);
  };
  for (const look of [...at.looks, ...at.later]) {
    for (const portset of look.portsets(host) ?? []) {
      if (portset === 0) continue;
      const value = stateAt(tracks.get(portset) ?? [], look.key)?.value ?? null;
      const name = `${portset} ${value}`;
      if (seen.has(name)) continue;
      seen.add(name);
      split(portsetOf(ledger, portset));
      for (const [, , , text] of value === null ? [] : quietOf(ledger, value)) {
        if (text !== null) split(parseCanonicalPorts(text));
      }
    }
  }
  return classes;
}
