/** What of a file's answers is not believed: tarpits, as each host was judged, and boxes that reset for a whole net. */
import type { CellObservation, HostObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Disbelieved } from "../facts/run.js";
import { type ResetSign, resettingNets, type Tarpit, tarpitPlaces } from "../nmap/answersForAll.js";

/** What some hosts give to it. */
export interface Doubts {
  readonly tarpits: Tarpit[];
  readonly signs: ResetSign[];
}

export function noDoubts(): Doubts {
  return { tarpits: [], signs: [] };
}

/** @param resetTtl IP TTL of the host's resets, as far as the file tells one */
export function addDoubts(into: Doubts, observation: HostObservation, resetTtl: number | null): void {
  const { address, cells, covered, aliveReason } = observation;
  if (cells.some(isFlagged))
    into.tarpits.push({ address, open: cells.filter(isFlagged).length, asked: countTcp(covered) });
  if (resetTtl === null) return;
  into.signs.push({ address, ttl: resetTtl, isMute: aliveReason === "reset" && cells.length === 0 });
}

/** Gathers while the hosts of a document come. */
export class DisbeliefTally {
  readonly #all = noDoubts();

  add({ tarpits, signs }: Doubts): void {
    for (const each of tarpits) this.#all.tarpits.push(each);
    for (const each of signs) this.#all.signs.push(each);
  }

  /** A file does not say for sure which addresses it asked: a net counts where none is missing in between. */
  places(): readonly Disbelieved[] {
    return [...resettingNets(this.#all.signs, null), ...tarpitPlaces(this.#all.tarpits)];
  }
}

function isFlagged({ confidence }: CellObservation): boolean {
  return confidence === "tarpit";
}

function countTcp({ tcp }: PortSet): number {
  return tcp.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
