/** The other side of `hostBatch.ts`: the hosts of a document, as they were. */
import type { CellObservation, QuietGroup, ScriptResult, Service } from "../facts/observation.js";
import type { PortRange, PortSet, Protocol } from "../facts/port.js";
import {
  type BatchWords,
  CELL_WIDTH,
  type CellKind,
  type HostBatch,
  type ImportedHost,
  type QuietKind,
  type ToldScript,
} from "./hostBatch.js";
import { decodeRanges } from "./portSetDelta.js";

const NO_SCRIPTS: readonly ScriptResult[] = [];

/** Takes the batches of one `BatchWriter`, or of several one after the other, in their order. */
export class BatchReader {
  readonly #asked: PortSet;
  #kinds: CellKind[] = [];
  #services: Service[] = [];
  #quietKinds: QuietKind[] = [];
  #numbers: Int32Array = new Int32Array(0);
  #at = 0;

  /** @param asked the same set as on the other side */
  constructor(asked: PortSet) {
    this.#asked = asked;
  }

  read({ json, outputs, numbers }: HostBatch): ImportedHost[] {
    const words: BatchWords = JSON.parse(json);
    if (words.isFresh) {
      this.#kinds = [];
      this.#services = [];
      this.#quietKinds = [];
    }
    for (const kind of words.kinds) this.#kinds.push(kind);
    for (const service of words.services) this.#services.push(service);
    for (const kind of words.quietKinds) this.#quietKinds.push(kind);
    this.#numbers = numbers;
    this.#at = 0;
    const scripts = scriptsOf(words.scripts, outputs);
    const sets = [this.#asked];
    for (let left = this.#next(); left > 0; left--) sets.push(this.#readSet());
    return words.hosts.map(([shell, startedAt, endedAt, timedOut, resetTtl]) => ({
      observation: {
        address: shell.address,
        presence: shell.presence,
        aliveReason: shell.aliveReason,
        mac: shell.mac,
        vendor: shell.vendor,
        names: shell.names,
        cells: this.#readCells(scripts),
        quiet: this.#readQuiet(sets),
        covered: sets[this.#next()] as PortSet,
        grade: shell.grade,
        holes: shell.holes,
        holesUnjudged: shell.holesUnjudged,
      },
      startedAt,
      endedAt,
      timedOut: timedOut === 1,
      ...(resetTtl === 0 ? {} : { resetTtl }),
    }));
  }

  #next(): number {
    const number = this.#numbers[this.#at] as number;
    this.#at += 1;
    return number;
  }

  #readSet(): PortSet {
    const tcp = this.#readRanges("tcp");
    const udp = this.#readRanges("udp");
    return { tcp, udp, sctp: this.#readRanges("sctp") };
  }

  #readRanges(protocol: Protocol): readonly PortRange[] {
    const length = this.#next();
    const from = this.#at;
    this.#at += length;
    return decodeRanges(this.#numbers.subarray(from, this.#at), this.#asked[protocol]);
  }

  #readCells(scripts: readonly (readonly ScriptResult[])[]): CellObservation[] {
    const count = this.#next();
    const cells: CellObservation[] = [];
    const numbers = this.#numbers;
    const end = this.#at + count * CELL_WIDTH;
    for (let at = this.#at; at < end; at += CELL_WIDTH) {
      const kind = this.#kinds[numbers[at + 1] as number] as CellKind;
      const service = numbers[at + 3] as number;
      const script = numbers[at + 4] as number;
      cells.push({
        protocol: kind[0],
        port: numbers[at] as number,
        state: kind[1],
        reason: kind[2],
        proof: kind[3],
        ttl: (numbers[at + 2] as number) || null,
        service: service < 0 ? null : (this.#services[service] as Service),
        scripts: script < 0 ? NO_SCRIPTS : (scripts[script] ?? NO_SCRIPTS),
        confidence: kind[4],
      });
    }
    this.#at = end;
    return cells;
  }

  #readQuiet(sets: readonly PortSet[]): QuietGroup[] {
    const groups: QuietGroup[] = [];
    for (let left = this.#next(); left > 0; left--) {
      const [state, reason, proof] = this.#quietKinds[this.#next()] as QuietKind;
      groups.push({ state, reason, proof, ports: sets[this.#next()] as PortSet });
    }
    return groups;
  }
}

/** Pieces of the one text: whoever keeps one for long keeps the batch's. */
function scriptsOf(told: readonly ToldScript[][], outputs: string): ScriptResult[][] {
  let at = 0;
  return told.map((scripts) =>
    scripts.map(([id, length]) => {
      at += length;
      return { id, output: outputs.slice(at - length, at) };
    }),
  );
}
