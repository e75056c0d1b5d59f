/**
 * One file on its way in. Its hosts are read at once, in the belief that the file is in order; what decides how far they
 * may be believed stands at its end. So they wait until that is known: when the reader comes to the end, or when a
 * survey (which reads only the form, four times as fast) does so first. If the belief was wrong they are read again.
 */
import { PortreeveError } from "../facts/error.js";
import { type DocumentEnd, refusedEnd } from "./documentReading.js";
import { type Form, type HostChunk, sizeOfChunk } from "./hostSink.js";
import type { Report } from "./readerOrders.js";
import type { ReaderThreads } from "./readerThreads.js";
import type { Plans } from "./readHosts.js";

interface WaitingChunk {
  readonly document: number;
  readonly chunk: HostChunk;
}

export interface ReadLimits {
  readonly form: Form;
  /** Bytes of hosts that may wait here. */
  readonly mostUntaken: number;
  readonly isOneOfMany: boolean;
}

export class FileReading {
  readonly #threads: ReaderThreads;
  readonly #name: string;
  readonly #path: string;
  readonly #thread: number;
  readonly #limits: ReadLimits;
  readonly #chunks: WaitingChunk[] = [];
  #reading = 0;
  #survey: { readonly thread: number; readonly order: number } | null = null;
  #ends: readonly DocumentEnd[] | null = null;
  #isRead = false;
  #failure: PortreeveError | null = null;
  #wake: (() => void) | null = null;

  /**
   * @param name of the file for people
   * @param limits of the reading
   * @param ends where these are known already
   */
  constructor(
    threads: ReaderThreads,
    thread: number,
    name: string,
    path: string,
    limits: ReadLimits,
    ends: readonly DocumentEnd[] | null = null,
  ) {
    this.#threads = threads;
    this.#thread = thread;
    this.#name = name;
    this.#path = path;
    this.#limits = limits;
    this.#ends = ends;
    this.#read(ends === null ? null : plansOf(ends));
  }

  /** Looks for the end of the file on another thread, which has nothing else to do. */
  survey(thread: number): void {
    if (this.#ends !== null || this.#survey !== null || this.#failure !== null) return;
    const order = this.#threads.give(thread, { do: "survey", path: this.#path }, (report) => {
      if (report.tell === "surveyed") this.#learn(report.ends);
      else if (report.tell === "failed") this.#breakOff(report.why);
      this.#survey = null;
    });
    this.#survey = { thread, order };
  }

  /** What the file is: of each of its documents. @throws PortreeveError of `fail` */
  async ends(): Promise<readonly DocumentEnd[]> {
    while (this.#ends === null) {
      if (this.#failure !== null) throw this.#failure;
      await this.#change();
    }
    return this.#ends;
  }

  /**
   * The hosts of a document, after `ends`; documents in their order.
   * @throws PortreeveError where reading failed: then nothing of the document may be kept
   */
  async *hosts(document: number): AsyncGenerator<HostChunk> {
    const isUsed = (this.#ends?.[document]?.facts.scan ?? null) !== null;
    for (;;) {
      const [waiting] = this.#chunks;
      if (waiting === undefined) {
        if (this.#failure !== null) throw this.#failure;
        if (this.#isRead) return;
        await this.#change();
        continue;
      }
      if (waiting.document > document) return;
      this.#chunks.shift();
      this.#threads.taken(this.#thread, this.#reading, sizeOfChunk(waiting.chunk));
      if (waiting.document === document && isUsed) yield waiting.chunk;
    }
  }

  /** Whoever waits for more gets this error. */
  fail(error: PortreeveError): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  close(): void {
    this.#threads.stop(this.#thread, this.#reading);
    this.#stopSurvey();
    this.#chunks.length = 0;
  }

  #read(plans: Plans | null): void {
    const order = { do: "read", path: this.#path, plans, ...this.#limits } as const;
    this.#reading = this.#threads.give(this.#thread, order, (report) => this.#hear(report));
  }

  #hear(report: Report): void {
    if (report.tell === "hosts") this.#chunks.push(report);
    else if (report.tell === "waiting") this.survey(this.#thread);
    else if (report.tell === "failed") this.#breakOff(report.why);
    else if (report.tell === "read") {
      this.#isRead = true;
      if (this.#ends === null) this.#learn(report.ends.filter((end) => end !== null));
      else if (!report.ends.every((end, index) => isOf(end, this.#ends?.[index])))
        this.#breakOff("it changed meanwhile");
    }
    this.#wake?.();
  }

  #learn(ends: readonly DocumentEnd[]): void {
    if (this.#ends !== null) return;
    this.#ends = ends;
    this.#stopSurvey();
    if (ends.some(({ facts, isOrdinary }) => facts.scan !== null && facts.hosts > 0 && !isOrdinary)) {
      this.#threads.stop(this.#thread, this.#reading);
      this.#chunks.length = 0;
      this.#isRead = false;
      this.#read(plansOf(ends));
    }
    this.#wake?.();
  }

  /** The reader failed: before anything is known of the file, that is what is known of it. */
  #breakOff(why: string): void {
    const refused = `reading it failed: ${why}`;
    if (this.#ends === null) this.#learn([refusedEnd(refused)]);
    else this.fail(new PortreeveError("failed", `${this.#name} could not be read to its end: ${why}`));
    this.#isRead = true;
  }

  #stopSurvey(): void {
    if (this.#survey !== null) this.#threads.stop(this.#survey.thread, this.#survey.order);
    this.#survey = null;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

function plansOf(ends: readonly DocumentEnd[]): Plans {
  return ends.map(({ facts: { scan, repeated } }) => scan && { scan, repeated: new Set(repeated) });
}

/** Whether the document that was read is the one that was judged; true where it was not read. */
function isOf(read: DocumentEnd | null, judged: DocumentEnd | undefined): boolean {
  return read === null || read.facts.sha256 === judged?.facts.sha256;
}
