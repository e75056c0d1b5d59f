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
import { type CellOrder, inOrder } from "./cellOrder.js";
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
/**
 * Less than this share of what a host could have is not worth a process: it would hold the host for little. So much of
 * a slot may be idle while work waits, and no more (a property test).
 */
const CRUMB = 0.1;
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
  /** Seconds until nothing more of the stage may be begun; infinite without such a moment. */
  readonly secondsLeft: (stage: Shard["stage"]) => number;
}

export class Dispatch {
  readonly #options: DispatchOptions;
  /** Cut before: discovery, looks. */
  readonly #queue: Shard[] = [];
  /** In the order in which they are taken. */
  #passes: (CellOrder & { readonly pending: PendingCells })[] = [];
  #running = 0;
  #numbers = new Map<string, number>();
  #error: unknown = null;
  /** Those that wait until something has ended: discovery and the sweep may, at once. */
  #waiting: (() => void)[] = [];

  constructor(options: DispatchOptions) {
    this.#options = options;
    options.ledger.whenFreed(() => this.pump());
  }

  addShards(shards: readonly Shard[]): void {
    this.#queue.push(...shards);
  }

  addCells(pass: number, asks: Asks, { tier = 0, rank = null }: Partial<Omit<CellOrder, "pass">> = {}): void {
    let cells = this.#passes.find((each) => each.pass === pass && each.tier === tier && each.rank === rank);
    if (cells === undefined) {
      cells = { pass, tier, rank, pending: new PendingCells() };
      this.#passes = [...this.#passes.filter(({ pending }) => pending.cells > 0), cells].sort(inOrder);
    }
    const { isLocal, budget } = this.#options;
    cells.pending.add(asks, isLocal, (address) => budget.caps.of(address).key);
  }

  /** What nobody will ask any more, for the time is over. */
  get postponed(): Map<Address, PortSet> {
    const left = new Map<Address, PortSet>();
    for (const { pending } of this.#passes) {
      for (const { addresses, ports } of pending.blocks) {
        for (const address of addresses)
          left.set(address, unionPorts(left.get(address) ?? emptyPortSet, ports));
      }
    }
    return left;
  }

  /** Shards that were cut before and not begun. */
  get unbegun(): readonly Shard[] {
    return this.#queue;
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
        this.#waiting.push(resolve);
      });
    }
    if (this.#error !== null) throw this.#error;
  }

  /** Starts what fits. */
  pump(): void {
    const { isStopped, budget } = this.#options;
    while (!isStopped() && this.#error === null && this.#running < budget.processes) {
      const shard = this.#next();
      if (shard === null) return;
      void this.#start(shard);
    }
  }

  async #start(shard: Shard): Promise<void> {
    const { ledger, budget, isLocal, later } = this.#options;
    const isOwn = shard.addresses.every(isLocal);
    const hold = ledger.take(shard.addresses, shard.rate, !isOwn);
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
    for (const then of this.#waiting.splice(0)) then();
  }

  #next(): Shard | null {
    return this.#nextCut() ?? this.#nextCells();
  }

  /** Of those cut before, the first whose hosts are free, where its rate is. */
  #nextCut(): Shard | null {
    const { ledger, isLocal, budget } = this.#options;
    for (const [index, shard] of this.#queue.entries()) {
      if (!shard.addresses.every(ledger.isFree)) continue;
      if (this.#options.secondsLeft(shard.stage) < secondsNeeded(shard)) continue;
      const isOwn = shard.addresses.every(isLocal);
      const free = Math.min(...shard.addresses.map((address) => this.#freeFor(address, isOwn)));
      // A slot that is nearly free is used: the budget may have been cut unevenly.
      const rate = Math.min(shard.rate, Math.floor(free));
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
    const { budget, isLocal } = this.#options;
    const seconds = Math.min(SHARD_SECONDS, this.#options.secondsLeft("sweep"));
    if (seconds < LEAST_SECONDS) return null;
    const own = pending.take({
      mostHosts: MOST_HOSTS,
      mostCells: (hosts) => this.#ownRate(hosts) * seconds,
      isFree: (address) => isLocal(address) && this.#isReady(address),
    });
    if (own !== null) return this.#shardOf(pass, own, this.#ownRate(own.addresses));
    const free = pending.free(this.#isReady);
    if (free.hosts === 0) return null;
    const share = this.#share(free.hosts);
    const rateFor = (hosts: readonly Address[]) => this.#cappedRate(hosts, share);
    // What is left is shared out evenly in the end, or the last shard would be alone.
    const even = Math.ceil(pending.cells / Math.min(budget.slots, pending.hosts));
    const block = pending.take({
      mostHosts: this.#mostHosts(free.hosts),
      mostCells: (hosts) => Math.max(1, Math.min(rateFor(hosts) * seconds, even)),
      isFree: this.#isReady,
    });
    if (block === null) return null;
    return this.#shardOf(pass, block, Math.max(1, rateFor(block.addresses)));
  }

  /** Free, and enough of the budget and of its caps is left for it. */
  #isReady = (address: Address): boolean => {
    const { ledger, budget, isLocal } = this.#options;
    if (!ledger.isFree(address)) return false;
    const isOwn = isLocal(address);
    const most = isOwn ? budget.localRate : Math.min(this.#slot, budget.hostRate ?? this.#slot);
    const could = Math.min(most, budget.caps.of(address).lowest);
    return this.#freeFor(address, isOwn) >= Math.max(1, could * CRUMB);
  };

  /** Packets a second that the budget and its caps leave a host. */
  #freeFor(address: Address, isOwn: boolean): number {
    const { ledger } = this.#options;
    return Math.min(isOwn ? Number.POSITIVE_INFINITY : ledger.free, ledger.room(address));
  }

  /** Packets a second of one slot as things are. */
  get #slot(): number {
    const { budget, ledger } = this.#options;
    return Math.max(1, (budget.rate * ledger.factor) / budget.slots);
  }

  /** What is free, in even parts: as many as there are slots in it, and hosts. A part that is nearly a slot is one. */
  #share(hosts: number): number {
    const { free } = this.#options.ledger;
    const parts = Math.max(1, Math.min(hosts, Math.ceil(free / this.#slot - CRUMB)));
    return Math.max(1, Math.floor(free / parts));
  }

  #ownRate(hosts: readonly Address[]): number {
    const { budget, ledger } = this.#options;
    return Math.floor(Math.min(budget.localRate, ...hosts.map((address) => ledger.room(address))));
  }

  /** A share, but never above the cap of so many hosts, nor what is left of those over them. */
  #cappedRate(hosts: readonly Address[], share: number): number {
    const { budget, ledger } = this.#options;
    const room = Math.floor(Math.min(...hosts.map((address) => ledger.room(address))));
    const most = budget.hostRate === null ? share : Math.min(share, budget.hostRate * hosts.length);
    return Math.min(most, room);
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

/** A shard of the sweep that was cut before was not cut for the time that is left: it is begun where it can end. */
function secondsNeeded(shard: Shard): number {
  return shard.stage === "sweep" ? Math.max(LEAST_SECONDS, probesOf(shard) / shard.rate) : LEAST_SECONDS;
}
