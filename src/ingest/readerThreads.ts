/** Reader threads, started when they are first needed. */
import { MessageChannel, Worker } from "node:worker_threads";
import type { Order, Report } from "./readerOrders.js";
import { type ReaderPort, serveOrders } from "./serveOrders.js";

export type Hear = (report: Report) => void;

/** Of a thread; without threads of its own, of this one. */
interface Reader {
  post(order: Order): void;
  end(): Promise<void>;
}

/**
 * Megabytes. A host of 65,535 ports with its outputs takes 60; a file that takes more ends the thread and not the
 * import. New objects get less than usual: a larger nursery makes reading no faster here, and memory larger.
 */
const LIMITS: ThreadLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8 };

/** For threads whose work is done again by others where it takes more: up to half of it may be garbage. */
export const SMALL_LIMITS: ThreadLimits = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 };

export interface ThreadLimits {
  readonly maxOldGenerationSizeMb: number;
  readonly maxYoungGenerationSizeMb: number;
}

/** Reports that others follow. */
const GOES_ON: ReadonlySet<Report["tell"]> = new Set(["begun", "hosts", "waiting"]);

export class ReaderThreads {
  readonly #readers: (Reader | undefined)[];
  readonly #hear = new Map<number, Hear>();
  readonly #onThread = new Map<number, Set<number>>();
  readonly #entry: URL | null;
  #lastOrder = 0;

  readonly #limits: ThreadLimits;

  /** @param count of threads; 0 to read in this one */
  constructor(count: number, limits: ThreadLimits = LIMITS) {
    this.#limits = limits;
    this.#readers = new Array(Math.max(1, count));
    this.#entry = count === 0 ? null : entry();
  }

  get count(): number {
    return this.#entry === null ? 0 : this.#readers.length;
  }

  /** Gives an order to a thread; returns its number. */
  give(thread: number, order: GivenOrder, hear: Hear): number {
    this.#lastOrder += 1;
    const number = this.#lastOrder;
    this.#hear.set(number, hear);
    const orders = this.#onThread.get(thread) ?? new Set();
    this.#onThread.set(thread, orders.add(number));
    this.#reader(thread).post({ ...order, order: number });
    return number;
  }

  taken(thread: number, order: number, size: number): void {
    if (this.#hear.has(order)) this.#readers[thread]?.post({ do: "taken", order, size });
  }

  /** Nothing more is heard of it. */
  stop(thread: number, order: number): void {
    if (!this.#forget(order)) return;
    this.#readers[thread]?.post({ do: "stop", order });
  }

  async end(): Promise<void> {
    this.#hear.clear();
    await Promise.all(this.#readers.map((reader) => reader?.end()));
    this.#readers.fill(undefined);
  }

  #reader(thread: number): Reader {
    const known = this.#readers[thread];
    if (known !== undefined) return known;
    const hear = (report: Report) => {
      const told = this.#hear.get(report.order);
      if (!GOES_ON.has(report.tell)) this.#forget(report.order);
      told?.(report);
    };
    const reader =
      this.#entry === null
        ? startHere(hear)
        : startThread(this.#entry, this.#limits, hear, (why) => this.#lose(thread, why));
    this.#readers[thread] = reader;
    return reader;
  }

  /** A thread ended by itself: its orders fail, and the next order starts another. */
  #lose(thread: number, why: string): void {
    this.#readers[thread] = undefined;
    for (const order of [...(this.#onThread.get(thread) ?? [])]) {
      const told = this.#hear.get(order);
      this.#forget(order);
      told?.({ tell: "failed", order, why });
    }
  }

  #forget(order: number): boolean {
    for (const orders of this.#onThread.values()) orders.delete(order);
    return this.#hear.delete(order);
  }
}

type GivenOrder = Order extends infer O
  ? O extends { do: "survey" | "read" | "part" }
    ? Omit<O, "order">
    : never
  : never;

/** The built file: Node 20 runs no TypeScript, so tests that import the sources get it from there. */
function entry(): URL {
  const beside = import.meta.url.endsWith(".ts") ? "../../dist/ingest/readerThread.js" : "./readerThread.js";
  return new URL(beside, import.meta.url);
}

function startThread(file: URL, limits: ThreadLimits, hear: Hear, lose: (why: string) => void): Reader {
  const worker = new Worker(file, { resourceLimits: limits, execArgv: [] });
  let isEnding = false;
  let why = "its thread ended";
  worker.on("message", hear);
  worker.on("error", (error: NodeJS.ErrnoException) => {
    why =
      error.code === "ERR_WORKER_OUT_OF_MEMORY"
        ? `it takes more than ${limits.maxOldGenerationSizeMb} MB of memory`
        : error.message;
  });
  worker.on("exit", () => {
    if (!isEnding) lose(why);
  });
  return {
    post: (order) => worker.postMessage(order),
    end: async () => {
      isEnding = true;
      await worker.terminate();
    },
  };
}

function startHere(hear: Hear): Reader {
  const { port1, port2 } = new MessageChannel();
  serveOrders(port2 as unknown as ReaderPort);
  port1.on("message", hear);
  return {
    post: (order) => port1.postMessage(order),
    end: async () => port1.close(),
  };
}
