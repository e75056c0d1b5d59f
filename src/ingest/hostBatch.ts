/**
 * Hosts on their way from the thread that reads them to the one that stores them: numbers in one array a batch, which
 * changes its owner and is not copied, and what they stand for as text. A structured clone of the objects would cost the
 * receiving thread more than reading the file. What repeats (services, states) is told once a document and is one object
 * on the other side too (`batchReader.ts`); port sets are told by what they have in common with the ports asked.
 */
import type {
  CellObservation,
  Confidence,
  HostObservation,
  PortState,
  Proof,
  QuietGroup,
  Service,
} from "../facts/observation.js";
import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { NumberList } from "./numberList.js";
import { encodeRanges } from "./portSetDelta.js";

export interface ImportedHost {
  readonly observation: HostObservation;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** nmap gave up on it: only what answered is covered. */
  readonly timedOut: boolean;
  /** IP TTL of its resets, as far as the file tells one. */
  readonly resetTtl?: number | null;
}

export type CellKind = readonly [Protocol, PortState, string, Proof, Confidence];
export type QuietKind = readonly [QuietGroup["state"], string, Proof];
/** What a host is told by beside its ports. */
export type Shell = Omit<HostObservation, "cells" | "quiet" | "covered">;
/** A script with the length of its output. */
export type ToldScript = readonly [id: string, length: number];

/** The text of a batch, as JSON. */
export interface BatchWords {
  /** The numbers of services and kinds begin anew. */
  readonly isFresh: boolean;
  /** Those that come for the first time; their numbers count on. */
  readonly kinds: CellKind[];
  readonly services: Service[];
  readonly quietKinds: QuietKind[];
  readonly scripts: ToldScript[][];
  readonly hosts: (readonly [
    shell: Shell,
    startedAt: Instant | null,
    endedAt: Instant | null,
    timedOut: 0 | 1,
    /** 0: none. */
    resetTtl: number,
  ])[];
}

/** A batch on its way. */
export interface HostBatch {
  readonly json: string;
  /** The outputs of scripts, one behind the other: quicker so than as JSON. */
  readonly outputs: string;
  /**
   * The number of sets; each as three lists with their lengths. Then of each host: the number of its cells, with five
   * numbers for each (port, kind, TTL or 0, service or -1, scripts or -1); the number of its groups, with two for each
   * (kind, set); the set covered. Set 0 is the one asked, and not told.
   */
  readonly numbers: Int32Array;
}

export const CELL_WIDTH = 5;

/** Bytes, in which the room for batches on their way is counted. */
export function sizeOfBatch({ json, outputs, numbers }: HostBatch): number {
  return json.length + outputs.length + numbers.byteLength;
}

/** Enough that a batch costs little of its own; few enough that memory stays small. */
const FULL = 1500;
/** Different services of a document, after which their numbers begin anew. */
const MOST_WORDS = 8192;
/** Services known by their object: each may keep the piece of the file in memory that it was read from. */
const MOST_OBJECTS = 512;

export class BatchWriter {
  readonly #asked: PortSet;
  readonly #kinds = new Map<string, number>();
  readonly #services = new Map<string, number>();
  readonly #quietKinds = new Map<string, number>();
  readonly #serviceObjects = new Map<Service, number>();
  readonly #sets = new Map<PortSet, number>();
  readonly #setNumbers = new NumberList();
  readonly #hostNumbers = new NumberList();
  #words = emptyWords(true);
  #outputs: string[] = [];
  #size = 0;
  #lastCell: CellObservation | null = null;
  #lastKind = 0;

  /** @param asked a set that most hosts share, known on both sides */
  constructor(asked: PortSet) {
    this.#asked = asked;
    this.#sets.set(asked, 0);
  }

  get isFull(): boolean {
    return this.#size > FULL;
  }

  get isEmpty(): boolean {
    return this.#words.hosts.length === 0;
  }

  add({ observation, startedAt, endedAt, timedOut, resetTtl }: ImportedHost): void {
    const { cells, quiet, covered, ...shell } = observation;
    const numbers = this.#hostNumbers;
    numbers.push(cells.length);
    for (const cell of cells) this.#addCell(cell);
    numbers.push(quiet.length);
    for (const group of quiet) {
      numbers.push(this.#quietKind(group));
      numbers.push(this.#setNumber(group.ports));
    }
    numbers.push(this.#setNumber(covered));
    this.#words.hosts.push([shell, startedAt, endedAt, timedOut ? 1 : 0, resetTtl ?? 0]);
    this.#size += 8 + cells.length;
  }

  /** The batch; the next one begins. */
  take(): HostBatch {
    const batch = {
      json: JSON.stringify(this.#words),
      outputs: this.#outputs.join(""),
      numbers: NumberList.joined([this.#sets.size - 1], this.#setNumbers, this.#hostNumbers),
    };
    const isFull = this.#services.size + this.#kinds.size + this.#quietKinds.size > MOST_WORDS;
    if (isFull) for (const words of [this.#services, this.#kinds, this.#quietKinds]) words.clear();
    if (isFull || this.#serviceObjects.size > MOST_OBJECTS) this.#serviceObjects.clear();
    this.#words = emptyWords(isFull);
    this.#outputs = [];
    this.#sets.clear();
    this.#sets.set(this.#asked, 0);
    this.#setNumbers.clear();
    this.#hostNumbers.clear();
    this.#size = 0;
    this.#lastCell = null;
    return batch;
  }

  #addCell(cell: CellObservation): void {
    let scripts = -1;
    if (cell.scripts.length > 0) {
      scripts = this.#words.scripts.push(cell.scripts.map(({ id, output }) => [id, output.length])) - 1;
      for (const { output } of cell.scripts) {
        this.#outputs.push(output);
        this.#size += output.length >> 6;
      }
    }
    const numbers = this.#hostNumbers;
    numbers.push(cell.port);
    numbers.push(this.#cellKind(cell));
    numbers.push(cell.ttl ?? 0);
    numbers.push(cell.service === null ? -1 : this.#service(cell.service));
    numbers.push(scripts);
  }

  #service(service: Service): number {
    const known = this.#serviceObjects.get(service);
    if (known !== undefined) return known;
    const number = numberOf(this.#services, JSON.stringify(service), service, this.#words.services);
    this.#serviceObjects.set(service, number);
    return number;
  }

  /** Mostly that of the cell before. */
  #cellKind(cell: CellObservation): number {
    const last = this.#lastCell;
    this.#lastCell = cell;
    if (last !== null && isSameKind(last, cell)) return this.#lastKind;
    const kind: CellKind = [cell.protocol, cell.state, cell.reason, cell.proof, cell.confidence];
    this.#lastKind = numberOf(this.#kinds, kind.join("\0"), kind, this.#words.kinds);
    return this.#lastKind;
  }

  #quietKind({ state, reason, proof }: QuietGroup): number {
    const kind: QuietKind = [state, reason, proof];
    return numberOf(this.#quietKinds, kind.join("\0"), kind, this.#words.quietKinds);
  }

  #setNumber(set: PortSet): number {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    const number = this.#sets.size;
    this.#sets.set(set, number);
    for (const protocol of PROTOCOLS) {
      const told = encodeRanges(set[protocol], this.#asked[protocol]);
      this.#setNumbers.push(told.length);
      for (const each of told) this.#setNumbers.push(each);
      this.#size += told.length >> 2;
    }
    return number;
  }
}

function emptyWords(isFresh: boolean): BatchWords {
  return { isFresh, kinds: [], services: [], quietKinds: [], scripts: [], hosts: [] };
}

function isSameKind(a: CellObservation, b: CellObservation): boolean {
  return (
    a.protocol === b.protocol &&
    a.state === b.state &&
    a.reason === b.reason &&
    a.proof === b.proof &&
    a.confidence === b.confidence
  );
}

function numberOf<T>(numbers: Map<string, number>, key: string, value: T, fresh: T[]): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = numbers.size;
  numbers.set(key, number);
  fresh.push(value);
  return number;
}
