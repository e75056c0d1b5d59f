/** What of a file's answers is not believed: tarpits, as each host was judged, and boxes that reset for a whole net. */
import type { Disbelieved } from "../facts/run.js";
import { type ResetSign, resettingNets, tarpitWhy } from "../nmap/answersForAll.js";
import { compareAddresses } from "../scope/address.js";
import { countPorts } from "../scope/portSet.js";
import type { ImportedHost } from "./hostBatch.js";

/** Gathers while the hosts of a document come. */
export class DisbeliefTally {
  readonly #tarpits: { readonly place: ImportedHost["observation"]["address"]; readonly why: string }[] = [];
  readonly #signs: ResetSign[] = [];

  add({ observation, resetTtl }: ImportedHost): void {
    const { address, cells, covered, aliveReason } = observation;
    const open = cells.filter(({ confidence }) => confidence === "tarpit").length;
    if (open > 0) this.#tarpits.push({ place: address, why: tarpitWhy(open, countPorts(covered, "tcp")) });
    if (resetTtl == null) return;
    this.#signs.push({ address, ttl: resetTtl, isMute: aliveReason === "reset" && cells.length === 0 });
  }

  /** A file does not say for sure which addresses it asked: a net counts where none is missing in between. */
  places(): readonly Disbelieved[] {
    const tarpits = this.#tarpits.sort((a, b) => compareAddresses(a.place, b.place));
    return [
      ...resettingNets(this.#signs, null),
      ...tarpits.map(({ place, why }): Disbelieved => ({ place, flag: "tarpit", why })),
    ];
  }
}
