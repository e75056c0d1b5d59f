/** The hosts of one document as observations. */
import type { Address } from "../facts/address.js";
import type { NmapHost } from "../nmap/document.js";
import { type HostAnswers, mergeAnswers, readAnswers } from "../nmap/hostAnswers.js";
import { observeHost } from "../nmap/observeHost.js";
import { readHostNote } from "../nmap/readNotes.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import type { HostSink } from "./hostSink.js";
import { numberOfAddress } from "./seenAddresses.js";

/** What is known of a document before its hosts are read. */
export interface DocumentPlan {
  readonly scan: ScanFacts;
  /** Numbers of the addresses with several elements; empty where no plan was made. */
  readonly repeated: ReadonlySet<number>;
}

export class DocumentHosts {
  readonly #plan: DocumentPlan | null;
  readonly #turn: number;
  readonly #turns: number;
  readonly #sink: HostSink;
  /** By address, until the document ends. */
  readonly #held = new Map<Address, HostAnswers>();
  #scan: ScanFacts | null = null;

  /**
   * @param plan null to believe what the document says of its scan before its first host
   * @param turn of `turns`: which of the repeated addresses are read this time. The others are read in turn 0
   * @param sink takes them
   */
  constructor(plan: DocumentPlan | null, turn: number, turns: number, sink: HostSink) {
    this.#plan = plan;
    this.#turn = turn;
    this.#turns = turns;
    this.#sink = sink;
  }

  take(host: NmapHost, presumed: ScanFacts): void {
    const scan = this.#plan?.scan ?? presumed;
    this.#scan = scan;
    const number = this.#plan === null || this.#plan.repeated.size === 0 ? 0 : numberOfAddress(host.address);
    const isRepeated = this.#plan?.repeated.has(number) ?? false;
    if (this.#turn !== (isRepeated ? number % this.#turns : 0)) return;
    if (scan.isNoted && !isRepeated) {
      const reading = readHostNote(host);
      if (reading.kind === "fits") {
        this.#sink.add({ ...reading.value, timedOut: false });
        return;
      }
    }
    const answers = readAnswers(scan, host);
    if (answers === null) return;
    if (!isRepeated) this.#add(scan, answers);
    else {
      const held = this.#held.get(host.address);
      this.#held.set(host.address, held === undefined ? answers : mergeAnswers(held, answers));
    }
  }

  /** The document is over: what waited for more goes out. */
  end(): void {
    for (const answers of this.#held.values()) if (this.#scan !== null) this.#add(this.#scan, answers);
    this.#sink.end();
  }

  #add(scan: ScanFacts, answers: HostAnswers): void {
    const { startedAt, endedAt, timedOut, resetTtl } = answers;
    this.#sink.add({ observation: observeHost(scan, answers), startedAt, endedAt, timedOut, resetTtl });
  }
}
