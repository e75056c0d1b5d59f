/**
 * A dispatch at work on a clock of its own: shards take as long as their rate says, or longer. After each event it tells
 * what was being sent at that moment and who was waiting.
 */
import type { Address } from "../../src/facts/address.js";
import type { PortSet } from "../../src/facts/port.js";
import type { Shard } from "../../src/facts/run.js";
import { countPorts, emptyPortSet, subtractPorts, unionPorts } from "../../src/scope/portSet.js";
import { BudgetLedger } from "../../src/sweep/budgetLedger.js";
import { Dispatch } from "../../src/sweep/dispatch.js";
import type { ShardResult } from "../../src/sweep/engine.js";
import { probesOf } from "../../src/sweep/estimate.js";
import type { Budget } from "../../src/sweep/pace.js";

export interface Work {
  readonly budget: Budget;
  readonly asks: ReadonlyMap<Address, PortSet>;
  readonly isLocal?: (address: Address) => boolean;
  /** Packets are given back when all are sent, not when the process ends. */
  readonly givesBack: boolean;
  /** Extra seconds of each process in turn. */
  readonly lags: readonly number[];
  /** Identification: from when to when, of whom, at which rate. */
  readonly identified?: readonly { from: number; to: number; address: Address; rate: number }[];
}

/** What there was to see at one moment. */
export interface Sight {
  /** Shards that still send, identification not among them. */
  readonly sending: readonly Shard[];
  /** Processes that have not ended. */
  readonly running: readonly Shard[];
  readonly identifying: readonly { readonly address: Address; readonly rate: number }[];
  /** Hosts that no process asks, with cells that no shard has taken. */
  readonly waiting: readonly Address[];
}

const START_MS = 300;

/** @returns the shards as they were started @param look is called after each event, when everything has settled */
export async function dispatchAll(work: Work, look: (sight: Sight) => void): Promise<Shard[]> {
  const { budget, asks, givesBack, lags, isLocal = () => false } = work;
  const events: { at: number; then: () => void }[] = [];
  const started: Shard[] = [];
  const running = new Set<Shard>();
  const sending = new Set<Shard>();
  const identifying = new Set<{ address: Address; rate: number }>();
  const left = new Map(asks);
  const ledger = new BudgetLedger(budget);
  let now = 0;
  const at = (time: number, then: () => void) => events.push({ at: time, then });

  const dispatch = new Dispatch({
    budget,
    ledger,
    isLocal,
    later: givesBack ? (ms, then) => at(now + ms, then) : null,
    isStopped: () => false,
    secondsLeft: () => Number.POSITIVE_INFINITY,
    onEnd: () => undefined,
    run: (shard) =>
      new Promise<ShardResult | null>((resolve) => {
        started.push(shard);
        running.add(shard);
        sending.add(shard);
        for (const address of shard.addresses)
          left.set(address, subtractPorts(left.get(address) ?? emptyPortSet, shard.ports));
        const sent = now + START_MS + (probesOf(shard) / shard.rate) * 1000;
        const lag = (lags[started.length % lags.length] ?? 0) * 1000;
        at(sent, () => sending.delete(shard));
        at(sent + lag, () => {
          running.delete(shard);
          resolve(null);
        });
      }),
  });
  for (const { from, to, address, rate } of work.identified ?? []) {
    at(from, () => {
      const one = { address, rate };
      const end = ledger.takeForIdentification([address], rate);
      identifying.add(one);
      at(Math.max(now, to), () => {
        identifying.delete(one);
        end();
      });
    });
  }
  dispatch.addCells(1, asks);
  dispatch.pump();
  const tell = () => {
    const busy = new Set([...running].flatMap(({ addresses }) => addresses));
    const waiting = [...left].filter(([address, ports]) => countPorts(ports) > 0 && !busy.has(address));
    look({
      sending: [...sending],
      running: [...running],
      identifying: [...identifying],
      waiting: waiting.map(([address]) => address),
    });
  };
  tell();
  while (events.length > 0) {
    events.sort((a, b) => a.at - b.at);
    now = events[0]?.at ?? now;
    // What ends at the same moment ends together.
    while (events[0] !== undefined && events[0].at <= now + 1e-6) events.shift()?.then();
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    tell();
  }
  if (dispatch.isBusy || dispatch.waiting > 0)
    throw new Error("the dispatch stopped before its work was done");
  return started;
}

/** Each host with what all the shards asked of it, and whether anything was asked twice. */
export function askedBy(shards: readonly Shard[]): { asked: Map<Address, PortSet>; cells: number } {
  const asked = new Map<Address, PortSet>();
  let cells = 0;
  for (const { addresses, ports } of shards) {
    cells += addresses.length * countPorts(ports);
    for (const address of addresses)
      asked.set(address, unionPorts(asked.get(address) ?? emptyPortSet, ports));
  }
  return { asked, cells };
}
