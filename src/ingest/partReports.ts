/** What the threads that read the parts of a file report, as one. */
import { PortreeveError } from "../facts/error.js";
import type { FileRun } from "../nmap/fileRun.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import { type Form, type HostChunk, sizeOfChunk } from "./hostSink.js";
import type { Report } from "./readerOrders.js";
import type { ReaderThreads } from "./readerThreads.js";
import type { FilePart, PartEnd } from "./readPart.js";

/** Bytes of the hosts of a part that may be on their way. */
const MOST_UNTAKEN = 2 * 1024 * 1024;

export interface WaitingChunk {
  readonly part: number;
  readonly chunk: HostChunk;
}

export class PartReports {
  readonly #threads: ReaderThreads;
  readonly parts: readonly FilePart[];
  readonly #orders: number[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #ends: (PartEnd | null)[] = [];
  #chunks: WaitingChunk[] = [];
  #begun: { readonly run: FileRun; readonly scan: ScanFacts } | null = null;
  #goingOn = 0;
  #hasFailed = false;
  #wake: () => void = () => {};
  readonly #interrupt = () => this.#wake();

  /** @param cut where the second part begins; null to read the file as one */
  constructor(threads: ReaderThreads, path: string, form: Form, cut: number | null, signal?: AbortSignal) {
    this.#threads = threads;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#interrupt);
    this.parts =
      cut === null
        ? [{ from: 0, to: null }]
        : [
            { from: 0, to: cut },
            { from: cut, to: null },
          ];
    for (const [index, part] of this.parts.entries()) {
      this.#goingOn += 1;
      const order = { do: "part", path, part, form, mostUntaken: MOST_UNTAKEN } as const;
      this.#orders[index] = threads.give(index, order, (report) => this.#hear(index, report));
    }
  }

  /** Of each part; null where one failed, or was not read to its end. */
  get ends(): readonly (PartEnd | null)[] | null {
    return this.#hasFailed || this.#goingOn > 0 ? null : this.#ends;
  }

  /** What the document says before its first host; null where no host comes. */
  async begun(): Promise<{ readonly run: FileRun; readonly scan: ScanFacts } | null> {
    while (this.#begun === null && this.#goingOn > 0 && !this.#hasFailed) await this.#change();
    return this.#begun;
  }

  /** As they come; to the end, or until a part failed. */
  async *chunks(): AsyncGenerator<WaitingChunk> {
    for (;;) {
      const waiting = this.#chunks;
      this.#chunks = [];
      for (const each of waiting) {
        yield each;
        const { part, chunk } = each;
        this.#threads.taken(part, this.#orders[part] ?? 0, sizeOfChunk(chunk));
      }
      if (this.#hasFailed || (waiting.length === 0 && this.#goingOn === 0)) return;
      if (this.#chunks.length === 0 && this.#goingOn > 0) await this.#change();
    }
  }

  stop(): void {
    this.#signal?.removeEventListener("abort", this.#interrupt);
    for (const [part, order] of this.#orders.entries()) this.#threads.stop(part, order);
  }

  #hear(part: number, report: Report): void {
    if (report.tell === "begun") this.#begun ??= report;
    else if (report.tell === "hosts") this.#chunks.push({ part, chunk: report.chunk });
    else if (report.tell === "part" || report.tell === "failed") {
      const end = report.tell === "part" ? report.end : null;
      this.#ends[part] = end;
      this.#hasFailed ||= end === null;
      this.#goingOn -= 1;
    }
    this.#wake();
  }

  async #change(): Promise<void> {
    if (!this.#signal?.aborted)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#signal?.aborted) throw new PortreeveError("interrupted", "the import was stopped");
  }
}
