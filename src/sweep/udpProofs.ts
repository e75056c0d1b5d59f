/** Hosts whose closed UDP ports are to be proved, gathered until enough of them can be asked side by side. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Shard } from "../facts/run.js";
import type { Dispatch } from "./dispatch.js";
import type { State } from "./runState.js";
import { LEAST_HOSTS, PROOF_PROCESSES, planProof } from "./udpProof.js";

export class UdpProofs {
  #asks = new Map<Address, PortSet>();
  /** Shards that were begun and have not ended. */
  readonly #begun = new Set<string>();

  get size(): number {
    return this.#asks.size;
  }

  add(address: Address, ports: PortSet): void {
    this.#asks.set(address, ports);
  }

  /**
   * Begins where enough hosts wait, or where nobody else will come soon: each second later is one later at the end. While
   * as many processes wait for a second each as are worth it, more hosts are gathered.
   */
  beginWhenWorthwhile(state: State, dispatch: Dispatch): void {
    if (this.#asks.size === 0 || this.#begun.size >= PROOF_PROCESSES) return;
    if (this.#asks.size >= LEAST_HOSTS || !isAnyInFirstPass(state)) this.begin(state, dispatch);
  }

  begin(state: State, dispatch: Dispatch): void {
    const asks = this.#asks;
    if (asks.size === 0) return;
    this.#asks = new Map();
    const round = (state.numbers.get("udp-proof") ?? 1) + 1;
    state.numbers.set("udp-proof", round);
    const shards = planProof(asks, round, state.request.plan);
    for (const { id } of shards) this.#begun.add(id);
    dispatch.addShards(shards);
    dispatch.pump();
  }

  end({ id }: Shard): void {
    this.#begun.delete(id);
  }
}

function isAnyInFirstPass({ passes }: State): boolean {
  for (const { pass, left, proofs } of passes.values()) {
    if (pass === 1 && proofs === 0 && left > 0) return true;
  }
  return false;
}
