/** Who holds how much of the packet budget, and which hosts are being asked. */
import type { Address } from "../facts/address.js";
import type { Budget } from "./pace.js";

/** Share of the budget that identification is kept at most (measuring.md). */
const IDENTIFY_SHARE = 0.1;

/** A part of the budget that somebody holds. */
export interface Hold {
  /** Gives the packets back; the hosts stay busy until `end`. May be called twice. */
  release(): void;
  end(): void;
}

export class BudgetLedger {
  readonly #budget: Budget;
  readonly #busy = new Set<Address>();
  #held = 0;
  #identifying = 0;
  #holds = 0;
  #factor = 1;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Packets a second that nobody holds. What identification sends comes off, and nothing while it sends nothing. */
  get free(): number {
    const whole = this.#budget.rate * this.#factor;
    return whole - this.#held - Math.min(this.#identifying, whole * IDENTIFY_SHARE);
  }

  /** How many sweeping processes hold some. */
  get holds(): number {
    return this.#holds;
  }

  /** Slows everything that begins from now on: a share of the budget, 1 for all of it. */
  slowTo(factor: number): void {
    this.#factor = factor;
  }

  get factor(): number {
    return this.#factor;
  }

  isFree = (address: Address): boolean => !this.#busy.has(address);

  /** @param rate 0 for a process that needs none of it: of the bastion's own addresses */
  take(addresses: readonly Address[], rate: number): Hold {
    for (const address of addresses) this.#busy.add(address);
    this.#held += rate;
    this.#holds += 1;
    let holds = true;
    const release = () => {
      if (!holds) return;
      holds = false;
      this.#held -= rate;
      this.#holds -= 1;
    };
    return {
      release,
      end: () => {
        release();
        for (const address of addresses) this.#busy.delete(address);
      },
    };
  }

  /** Identification shares hosts with the sweep: it waits more than it sends. */
  takeForIdentification(rate: number): () => void {
    this.#identifying += rate;
    return () => {
      this.#identifying -= rate;
    };
  }
}
