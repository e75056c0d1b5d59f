/**
 * Runs shards within the budget, cut when they start: whatever part of the budget is free goes to hosts that are free.
 * `--max-rate` is fixed when an nmap starts (measuring.md, "One budget over many nmaps"), so a budget is shared out
 * again with every start, and a shard is short.
 *
 * nmap waits for its last answers for a second while it sends nothing. Where it was told to keep up with its rate, what
 * it held is given to the next shard at the moment by which it has sent all; its hosts stay its own until it ends.
 */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Shard } from "../facts/run.js";
import { emptyPortSet, unionPorts } from "../scope/portSet.js";
import type { BudgetLedger } from "./budgetLedger.js";
import type { ShardResult } from "./engine.js";
import { probesOf } from "./estimate.js";
import type { Budget } from "./pace.js";
import { type Block, PendingCells } from "./pendingCells.js";
import type { Asks } from "./plan.js";

/** A shard should end within this time at its rate, so that a killed run loses little. */
const SHARD_SECONDS = 30;
/** Where less time is left than this a shard is not worth its process. */
const LEAST_SECONDS = 1;
/** measuring.md: at most about 20 hosts a shard. */
const MOST_HOSTS = 20;
/** Processes side by side: slow looks hold hardly any of the budget, and each takes memory. */
const MOST_PROCESSES = 16;
/** From an nmap's start to its first probe; measured 0.15 to 0.3 s. */
const START_MS = 300;

export interface DispatchOptions {
  readonly budget: Budget;
  readonly ledger: BudgetLedger;
  readonly isLocal: (address: Address) => boolean;
  /** Carries a shard out, second attempts and all. Rejects only if something of ours is broken. */
  readonly run: (shard: Shard) => Promise<ShardResult | null>;
  /** Told of each shard that ended; it may add more. Null where it was stopped. */
  readonly onEnd: (shard: Shard, result: ShardResult | null) => void;
  /** Calls later; the clock is the caller's. Null: nothing is given back early. */
  readonly later: ((ms: number, then: () => void) => void) | null;
  readonly isStopped: () => boolean;
  /** Seconds until nothing more may be begun; infinite without such a moment. */
  readonly secondsLeft: () => number;
}

export class Dispatch {
  readonly #options: DispatchOptions;
  /** Cut before: discovery, looks. */
  readonly #queue: Shard[] = [];
  /** In the order in which they are taken: an earlier pass first, and of a pass its earlier tiers. */
  #passes: { readonly pass: number; readonly tier: number; readonly pending: PendingCells }[] = [];
  #running = 0;
  #numbers = new Map<string, number>();
  #error: unknown = null;
  #settle: (() => void) | null = null;

  constructor(options: DispatchOptions) {
    this.#options = options;
  }

  addShards(shards: readonly Shard[]): void {
    this.#queue.push(...shards);
  }

  /** @param tier those of a lower one are asked first; 0 for the first */
  addCells(pass: number, asks: Asks, tier = 0): void {
    let cells = this.#passes.find((each) => each.pass === pass && each.tier === tier);
    if (cells === undefined) {
      cells = { pass, tier, pending: new PendingCells() };
      this.#passes = [...this.#passes, cells].sort((a, b) => a.pass - b.pass || a.tier - b.tier);
    }
    cells.pending.add(asks, this.#options.isLocal);
  }

  /** What nobody will ask any more, for the time is over: the cells of a host's first pass that wait. */
  get postponed(): Map<Address, PortSet> {
    const left = new Map<Address, PortSet>();
    for (const { pass, pending } of this.#passes) {
      if (pass > 1) continue;
      for (const { addresses, ports } of pending.blocks) {
        for (const address of addresses)
          left.set(address, unionPorts(left.get(address) ?? emptyPortSet, ports));
      }
    }
    return left;
  }

  /** Cells that wait, of all passes. */
  get waiting(): number {
    let cells = 0;
    for (const { pending } of this.#passes) cells += pending.cells;
    return cells;
  }

  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Resolves when nothing runs and nothing can be started. @throws what `run` or `onEnd` threw, when all has ended */
  async drain(): Promise<void> {
    this.pump();
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
    }
    if (this.#error !== null) throw this.#error;
  }

  /** Starts what fits. */
  pump(): void {
    while (!this.#options.isStopped() && this.#error === null && this.#running < MOST_PROCESSES) {
      const shard = this.#next();
      if (shard === null) return;
      void this.#start(shard);
    }
  }

  async #start(shard: Shard): Promise<void> {
    const { ledger, budget, isLocal, later } = this.#options;
    const isOwn = shard.addresses.every(isLocal);
    const hold = ledger.take(shard.addresses, isOwn ? 0 : shard.rate);
    this.#running += 1;
    if (later !== null && budget.explicit && shard.probe === "ports" && !isOwn) {
      const sent = START_MS + (probesOf(shard) / shard.rate) * 1000;
      later(sent, () => {
        hold.release();
        this.pump();
      });
    }
    let result: ShardResult | null = null;
    try {
      result = await this.#options.run(shard);
    } catch (error) {
      this.#error ??= error;
    }
    hold.end();
    this.#running -= 1;
    try {
      this.#options.onEnd(shard, result);
    } catch (error) {
      this.#error ??= error;
    }
    this.pump();
    this.#settle?.();
  }

  #next(): Shard | null {
    return this.#nextCut() ?? this.#nextCells();
  }

  /** Of those cut before, the first whose hosts are free, where its rate is. */
  #nextCut(): Shard | null {
    const { ledger, isLocal, budget } = this.#options;
    for (const [index, shard] of this.#queue.entries()) {
      if (!shard.addresses.every(ledger.isFree)) continue;
      const isOwn = shard.addresses.every(isLocal);
      // A slot that is nearly free is used: the budget may have been cut unevenly.
      const rate = isOwn ? shard.rate : Math.min(shard.rate, Math.floor(ledger.free));
      if (rate < Math.min(shard.rate, Math.max(1, budget.slotRate / 2))) continue;
      this.#queue.splice(index, 1);
      return { ...shard, rate };
    }
    return null;
  }

  #nextCells(): Shard | null {
    for (const { pass, pending } of this.#passes) {
      if (pending.cells === 0) continue;
      const shard = this.#cut(pass, pending);
      if (shard !== null) return shard;
    }
    return null;
  }

  #cut(pass: number, pending: PendingCells): Shard | null {
    const { ledger, budget, isLocal } = this.#options;
    const seconds = Math.min(SHARD_SECONDS, this.#options.secondsLeft());
    if (seconds < LEAST_SECONDS) return null;
    const own = pending.take({
      mostHosts: MOST_HOSTS,
      mostCells: budget.localRate * seconds,
      isFree: (address) => isLocal(address) && ledger.isFree(address),
    });
    if (own !== null) return this.#shardOf(pass, own, budget.localRate);
    const slots = budget.slots - ledger.holds;
    const free = pending.free(ledger.isFree);
    if (slots <= 0 || free.hosts === 0) return null;
    const parts = Math.min(slots, free.hosts);
    const share = Math.floor(ledger.free / parts);
    if (share < 1) return null;
    const mostHosts = this.#mostHosts(free.hosts);
    const rate = cappedRate(mostHosts, share, budget);
    // What is left is shared out evenly in the end, or the last shard would be alone.
    const even = Math.ceil(pending.cells / Math.min(budget.slots, pending.hosts));
    const block = pending.take({
      mostHosts,
      mostCells: Math.max(1, Math.min(rate * seconds, even)),
      isFree: ledger.isFree,
    });
    if (block === null) return null;
    return this.#shardOf(pass, block, Math.max(1, cappedRate(block.addresses.length, rate, budget)));
  }

  /**
   * With a cap a host a slot serves as few as it can: inside a group nmap would give a quick host more than its share.
   * Without, half of what a slot could, so that two take turns.
   */
  #mostHosts(hosts: number): number {
    const { hostRate, slots, slotRate } = this.#options.budget;
    const most = hostRate === null ? Math.ceil(hosts / (2 * slots)) : Math.floor(slotRate / hostRate);
    return Math.max(1, Math.min(MOST_HOSTS, most));
  }

  #shardOf(pass: number, { addresses, ports }: Block, rate: number): Shard {
    const number = (this.#numbers.get(`sweep-${pass}`) ?? 0) + 1;
    this.#numbers.set(`sweep-${pass}`, number);
    return { id: `sweep-${pass}-${number}`, stage: "sweep", probe: "ports", pass, addresses, ports, rate };
  }
}

/** A share, but never above the cap of so many hosts. */
function cappedRate(hosts: number, share: number, { hostRate }: Budget): number {
  return hostRate === null ? share : Math.min(share, hostRate * hosts);
}
