/**
 * What a file says of hosts until it has ended, compact: a row of numbers for each host, and what these name once each.
 * Objects would take ten times the memory, and the collector's time. Nothing of it depends on the database, in which
 * others may write meanwhile: its ids are asked for when all of it is recorded. Over 300 lines: what a row is made of, which
 * shares its numbers.
 */
import type { Address } from "../facts/address.js";
import {
  type CellObservation,
  CONFIDENCES,
  type HostObservation,
  type Service,
} from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { quietValueOf } from "../history/quietTrack.js";
import { countPorts, formatPortSet, portSetOf } from "../scope/portSet.js";
import { formatCodes } from "./codeSpec.js";
import { digestOf, digestOfService } from "./head.js";
import { type CellValue, serviceText } from "./intern.js";
import { onlyPorts } from "./recordCoverage.js";
import { isOpenOnce } from "./said.js";
import { sharedService } from "./shareServices.js";
import { AT, BODY, CELL, GRADES, type PageNames, PRESENCES, REPLACED } from "./stagedRow.js";

/** So many values are looked through one by one: quicker than to make a text of each. */
const FEW = 12;

/** So many services are remembered by their object. */
const MOST_OBJECTS = 20_000;

/** Bytes after which names begin anew: what is kept in memory or written down at once (`stage.ts`). */
const PAGE = 1024 * 1024;

/** Some of the hosts of a file, on their way to a `Stage`. */
export interface StagedChunk {
  /** Their rows (`stagedRow.ts`). */
  readonly words: Int32Array;
  /** The numbers of names begin anew: the chunks before have their own. */
  readonly isFresh: boolean;
  /** What is named for the first time; numbers count on from chunk to chunk. */
  readonly names: PageNames;
  /** Bytes, roughly. */
  readonly size: number;
  readonly alive: number;
  readonly open: number;
}

/** These hosts as one chunk. */
export function stageHosts(observations: readonly HostObservation[]): StagedChunk {
  const staged = new StagedHosts();
  for (const observation of observations) staged.add(observation);
  return staged.take();
}

export class StagedHosts {
  #names = noNames();
  #isFresh = true;
  /** Every value so far. */
  #allValues: CellValue[] = [];
  #pageSize = 0;
  #alive = 0;
  #open = 0;
  #words = new Int32Array(1 << 14);
  #used = 0;
  #textSize = 0;
  readonly #hosts = new Map<Address, number>();
  readonly #values = new Map<string, number>();
  readonly #services = new Map<string, number>();
  readonly #serviceWords: Int32Array[] = [];
  readonly #serviceObjects = new Map<Service, number>();
  readonly #texts = new Map<string, number>();
  readonly #sets = new Map<string, number>();
  #setObjects = new WeakMap<PortSet, number>();
  #lastValue: CellValue | null = null;
  #lastValueNumber = 0;

  get isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Bytes, roughly, since the last `take`. */
  get size(): number {
    return this.#used * 4 + this.#textSize * 2 + this.#names.addresses.length * 120;
  }

  /** What came since the last time. */
  take(): StagedChunk {
    const chunk: StagedChunk = {
      words: this.#words.slice(0, this.#used),
      isFresh: this.#isFresh,
      names: this.#names,
      size: this.size,
      alive: this.#alive,
      open: this.#open,
    };
    this.#pageSize += chunk.size;
    this.#names = noNames();
    this.#used = 0;
    this.#textSize = 0;
    this.#alive = 0;
    this.#open = 0;
    this.#hosts.clear();
    this.#isFresh = this.#pageSize > PAGE;
    if (this.#isFresh) this.#forgetNames();
    return chunk;
  }

  #forgetNames(): void {
    this.#pageSize = 0;
    for (const numbers of [this.#values, this.#services, this.#texts, this.#sets]) numbers.clear();
    this.#allValues = [];
    this.#serviceWords.length = 0;
    this.#serviceObjects.clear();
    this.#setObjects = new WeakMap();
    this.#lastValue = null;
  }

  /** A host that is named again in a chunk replaces what was said of it. */
  add(observation: HostObservation): void {
    const { address, cells, quiet, covered } = observation;
    const known = this.#hosts.get(address);
    if (known !== undefined) this.#words[known] = REPLACED;
    this.#reserve(BODY + CELL * cells.length + 8);
    const at = this.#used;
    this.#hosts.set(address, at);
    this.#names.addresses.push(address);
    this.#names.starts.push(at);
    if (observation.presence === "alive") this.#alive += 1;
    this.#open += cells.length;
    this.#used = at + BODY;
    const own = this.#addCells(cells);
    const openCount = (this.#used - at - BODY) / CELL;
    const groups = own === null ? quiet : [...quiet, ...own];
    for (const { state, reason, proof, ports } of groups)
      this.#addGroup(this.#valueNumber(state, reason, proof, ""), ports);
    const words = this.#words;
    words[at + AT.presence] = PRESENCES.indexOf(observation.presence);
    words[at + AT.grade] = GRADES.indexOf(observation.grade);
    words[at + AT.aliveReason] = this.#textNumber(observation.aliveReason);
    words[at + AT.unjudged] = this.#textNumber(observation.holesUnjudged);
    words[at + AT.occupant] =
      observation.mac === null
        ? 0
        : this.#textNumber(JSON.stringify({ mac: observation.mac, vendor: observation.vendor }));
    words[at + AT.names] =
      observation.names.length === 0 ? 0 : this.#textNumber(JSON.stringify([...observation.names].sort()));
    words[at + AT.covered] = this.#setNumber(covered) + 1;
    words[at + AT.identified] = this.#identified(cells);
    words[at + AT.doubts] = this.#doubts(cells);
    words[at + AT.holes] =
      observation.holes.length === 0 ? 0 : this.#textNumber(JSON.stringify(observation.holes));
    digestOf(observation, words, at + AT.digest, (service) => {
      return this.#serviceWords[this.#serviceNumber(service)] ?? digestOfService(service);
    });
    for (let index = 0; index < PROTOCOLS.length; index++)
      words[at + AT.quiet + index] = this.#quietOf(observation, groups, index, openCount);
    words[at + AT.cells] = openCount;
    words[at + AT.groups] = groups.length;
  }

  /** @returns entries that prove nothing open: each is one more quiet port; null for none */
  #addCells(cells: readonly CellObservation[]): HostObservation["quiet"] | null {
    let quiet: HostObservation["quiet"][number][] | null = null;
    const begin = this.#used;
    let last = -1;
    let isSorted = true;
    for (const cell of cells) {
      const { protocol, port, state, reason, proof, service } = cell;
      if (!isOpenOnce(cell)) {
        quiet ??= [];
        quiet.push({ state, reason, proof, ports: portSetOf([cell]) });
        continue;
      }
      const guess = service?.method === "table" ? service.name : "";
      const code = cellCode(protocol, port);
      if (code <= last) isSorted = false;
      last = code;
      this.#words[this.#used] = code;
      this.#words[this.#used + 1] = this.#valueNumber(state, reason, proof, guess);
      this.#words[this.#used + 2] = service?.method === "probed" ? this.#serviceNumber(service) + 1 : 0;
      this.#used += CELL;
    }
    if (!isSorted) this.#sortCells(begin);
    return quiet;
  }

  /** By port, the last that was said of each. */
  #sortCells(begin: number): void {
    const byCode = new Map<number, readonly number[]>();
    for (let at = begin; at < this.#used; at += CELL) {
      const [code = 0, ...rest] = this.#words.subarray(at, at + CELL);
      byCode.set(code, rest);
    }
    this.#used = begin;
    for (const [code, rest] of [...byCode].sort(([a], [b]) => a - b)) {
      this.#words.set([code, ...rest], this.#used);
      this.#used += CELL;
    }
  }

  #addGroup(value: number, ports: PortSet): void {
    const count = ports.tcp.length + ports.udp.length + ports.sctp.length;
    this.#reserve(4 + count);
    const words = this.#words;
    let at = this.#used;
    words[at++] = value;
    for (const protocol of PROTOCOLS) words[at++] = ports[protocol].length;
    for (const protocol of PROTOCOLS) {
      const ranges = ports[protocol];
      for (let index = 0; index < ranges.length; index++) {
        const range = ranges[index];
        if (range !== undefined) words[at++] = (range[0] << 16) | range[1];
      }
    }
    this.#used = at;
  }

  /** The text of the quiet value, or 0 where nothing of the protocol is covered. */
  #quietOf(
    { cells, covered }: HostObservation,
    groups: HostObservation["quiet"],
    index: number,
    openCount: number,
  ): number {
    const protocol = PROTOCOLS[index] ?? "tcp";
    if (covered[protocol].length === 0) return 0;
    const told = groups.filter(({ ports }) => ports[protocol].length > 0);
    const [only] = told;
    if (only === undefined) return this.#textNumber("[]");
    // One answer for more ports than can have tracks of their own: it is "the rest".
    if (told.length === 1 && countPorts(only.ports, protocol) > openCount)
      return this.#textNumber(JSON.stringify([[only.state, only.reason, only.proof, null]]));
    const value = quietValueOf(
      told.map((group) => ({ ...group, ports: onlyPorts(group.ports, protocol) })),
      { covered: onlyPorts(covered, protocol), ownSpans: portSetOf(cells.filter(isOpenOnce)) },
    );
    return this.#textNumber(JSON.stringify(value));
  }

  #identified(cells: readonly CellObservation[]): number {
    let probed = 0;
    for (const { service } of cells) if (service?.method === "probed") probed += 1;
    if (probed === 0) return 0;
    if (probed === cells.length) return 1;
    const codes: number[] = [];
    for (const { protocol, port, service } of cells)
      if (service?.method === "probed") codes.push(cellCode(protocol, port));
    return 1 + this.#textNumber(formatCodes(codes));
  }

  /** Ports that are to be believed more or less than those of files are. */
  #doubts(cells: readonly CellObservation[]): number {
    if (cells.every(({ confidence }) => confidence === "imported")) return 0;
    const doubts = CONFIDENCES.filter((confidence) => confidence !== "imported").flatMap((confidence) => {
      const ports = cells.filter((cell) => cell.confidence === confidence);
      return ports.length === 0 ? [] : [[confidence, formatPortSet(portSetOf(ports))]];
    });
    return this.#textNumber(JSON.stringify(doubts));
  }

  /** Most ports of a host answer alike: then the number is that of the last one. */
  #valueNumber(state: CellValue["state"], reason: string, proof: CellValue["proof"], guess: string): number {
    const last = this.#lastValue;
    if (
      last !== null &&
      last.reason === reason &&
      last.state === state &&
      last.proof === proof &&
      last.guess === guess
    )
      return this.#lastValueNumber;
    for (let number = 0; number < this.#allValues.length && number < FEW; number++) {
      const value = this.#allValues[number];
      if (
        value === undefined ||
        value.guess !== guess ||
        value.reason !== reason ||
        value.state !== state ||
        value.proof !== proof
      )
        continue;
      this.#lastValue = value;
      this.#lastValueNumber = number;
      return number;
    }
    this.#lastValue = { state, reason, proof, guess };
    const key = `${state} ${proof} ${guess} ${reason}`;
    const number = this.#number(this.#values, key, this.#names.values, this.#lastValue);
    this.#allValues[number] ??= this.#lastValue;
    this.#lastValueNumber = number;
    return number;
  }

  #serviceNumber(service: Service): number {
    const known = this.#serviceObjects.get(service);
    if (known !== undefined) return known;
    // A text of it costs more than to find the object that stands for all that are the same.
    const shared = sharedService(service);
    const number = this.#serviceObjects.get(shared) ?? this.#newService(shared);
    if (this.#serviceObjects.size >= MOST_OBJECTS) this.#serviceObjects.clear();
    this.#serviceObjects.set(shared, number);
    this.#serviceObjects.set(service, number);
    return number;
  }

  #newService(service: Service): number {
    const text = serviceText(service);
    const number = this.#number(this.#services, text, this.#names.services, text);
    this.#serviceWords[number] ??= digestOfService(service);
    return number;
  }

  /** One more than its place; 0 for null. */
  #textNumber(text: string | null): number {
    return text === null ? 0 : this.#number(this.#texts, text, this.#names.texts, text) + 1;
  }

  #setNumber(set: PortSet): number {
    const known = this.#setObjects.get(set);
    if (known !== undefined) return known;
    const spec = formatPortSet(set);
    const number = this.#number(this.#sets, spec, this.#names.sets, spec);
    this.#setObjects.set(set, number);
    return number;
  }

  #number<T>(numbers: Map<string, number>, key: string, list: T[], value: T): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    this.#textSize += key.length + 40;
    const number = numbers.size;
    list.push(value);
    numbers.set(key, number);
    return number;
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.#words.length) return;
    const larger = new Int32Array(this.#words.length * 2 + count);
    larger.set(this.#words.subarray(0, this.#used));
    this.#words = larger;
  }
}

function noNames(): PageNames {
  return { addresses: [], starts: [], values: [], services: [], texts: [], sets: [] };
}
