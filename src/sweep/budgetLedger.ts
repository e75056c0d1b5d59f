/** Who holds how much of the packet budget and of each cap, and which hosts are being asked. */
import type { Address } from "../facts/address.js";
import type { Cap } from "../facts/cap.js";
import type { Budget } from "./pace.js";

/** Share of the budget, and of a cap, that identification is kept at most (measuring.md). */
const IDENTIFY_SHARE = 0.1;

/** A part of the budget that somebody holds. */
export interface Hold {
  /** Gives the packets back; the hosts stay busy until `end`. May be called twice. */
  release(): void;
  end(): void;
}

/** Packets a second. */
interface Held {
  swept: number;
  identifying: number;
}

export class BudgetLedger {
  readonly #budget: Budget;
  readonly #busy = new Set<Address>();
  readonly #whole: Held = { swept: 0, identifying: 0 };
  readonly #caps = new Map<Cap, Held>();
  readonly #waiting: (() => void)[] = [];
  #factor = 1;

  constructor(budget: Budget) {
    this.#budget = budget;
    for (const cap of budget.caps.list) this.#caps.set(cap, { swept: 0, identifying: 0 });
  }

  /** Packets a second that nobody holds. What identification sends comes off, and nothing while it sends nothing. */
  get free(): number {
    return leftOf(this.#budget.rate * this.#factor, this.#whole);
  }

  /** Packets a second that the caps over an address leave it; infinite without one. */
  room(address: Address): number {
    let room = Number.POSITIVE_INFINITY;
    for (const cap of this.#budget.caps.of(address).caps) {
      const held = this.#caps.get(cap);
      if (held !== undefined) room = Math.min(room, leftOf(cap.rate, held));
    }
    return room;
  }

  /** Slows everything that begins from now on: a share of the budget, 1 for all of it. The caps stay what they are. */
  slowTo(factor: number): void {
    this.#factor = factor;
  }

  get factor(): number {
    return this.#factor;
  }

  isFree = (address: Address): boolean => !this.#busy.has(address);

  /** @param isMetered false for a process that needs none of the budget: of the bastion's own addresses */
  take(addresses: readonly Address[], rate: number, isMetered = true): Hold {
    for (const address of addresses) this.#busy.add(address);
    const giveBack = this.#hold("swept", addresses, rate, isMetered);
    return {
      release: giveBack,
      end: () => {
        giveBack();
        for (const address of addresses) this.#busy.delete(address);
      },
    };
  }

  /** Identification shares hosts with the sweep: it waits more than it sends. */
  takeForIdentification(addresses: readonly Address[], rate: number): () => void {
    const giveBack = this.#hold("identifying", addresses, rate, true);
    return () => {
      giveBack();
      for (const then of this.#waiting) then();
    };
  }

  /** Calls `then` when identification has given something back, so that it is used. */
  whenFreed(then: () => void): void {
    this.#waiting.push(then);
  }

  #hold(what: keyof Held, addresses: readonly Address[], rate: number, isMetered: boolean): () => void {
    const held = [...this.#budget.caps.over(addresses)].flatMap((cap) => this.#caps.get(cap) ?? []);
    if (isMetered) held.push(this.#whole);
    for (const each of held) each[what] += rate;
    let holds = true;
    return () => {
      if (holds) for (const each of held) each[what] -= rate;
      holds = false;
    };
  }
}

function leftOf(whole: number, { swept, identifying }: Held): number {
  return whole - swept - Math.min(identifying, whole * IDENTIFY_SHARE);
}
