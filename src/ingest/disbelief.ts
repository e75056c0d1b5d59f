/** What of a file's answers is not believed: tarpits, as each host was judged, and boxes that reset for a whole net. */
import type { CellObservation } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import type { Disbelieved } from "../facts/run.js";
import { type ResetSign, resettingNets, type Tarpit, tarpitPlaces } from "../nmap/answersForAll.js";
import type { ImportedHost } from "./hostBatch.js";

/** Gathers while the hosts of a document come. */
export class DisbeliefTally {
  readonly #tarpits: Tarpit[] = [];
  readonly #signs: ResetSign[] = [];

  add({ observation, resetTtl }: ImportedHost): void {
    const { address, cells, covered, aliveReason } = observation;
    if (cells.some(isFlagged))
      this.#tarpits.push({ address, open: cells.filter(isFlagged).length, asked: countTcp(covered) });
    if (resetTtl == null) return;
    this.#signs.push({ address, ttl: resetTtl, isMute: aliveReason === "reset" && cells.length === 0 });
  }

  /** A file does not say for sure which addresses it asked: a net counts where none is missing in between. */
  places(): readonly Disbelieved[] {
    return [...resettingNets(this.#signs, null), ...tarpitPlaces(this.#tarpits)];
  }
}

function isFlagged({ confidence }: CellObservation): boolean {
  return confidence === "tarpit";
}

function countTcp({ tcp }: PortSet): number {
  return tcp.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}
