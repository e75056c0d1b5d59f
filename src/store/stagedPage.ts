import {
  type CellObservation,
  CONFIDENCES,
  type HostObservation,
  type QuietGroup,
} from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { parseCanonicalPorts, portSetOfRanges } from "../scope/portSet.js";
import {
  cellValueId,
  cellValueOf,
  hostValueIdOf,
  portsetId,
  portsetIdOf,
  quietIdOf,
  serviceIdOf,
} from "./intern.js";
import type { Ledger } from "./ledger.js";
import { onlyPorts } from "./recordCoverage.js";
import type { Said } from "./said.js";
import { AT, BODY, CELL, GRADES, type PageNames, PRESENCES } from "./stagedRow.js";

/** A page of staged hosts inside the transaction that records them: what it names gets its ids, each when first asked for. */
export class StagedPage {
  readonly words: Int32Array;
  readonly #ledger: Ledger;
  readonly #names: PageNames;
  readonly #values: number[] = [];
  readonly #services: number[] = [];
  readonly #texts: number[] = [];
  readonly #sets: PortSet[] = [];
  /** By set, then protocol; 0 where it has none. */
  readonly #tracks: number[] = [];

  constructor(ledger: Ledger, words: Int32Array, names: PageNames) {
    this.#ledger = ledger;
    this.words = words;
    this.#names = names;
  }

  presence(at: number): HostObservation["presence"] {
    return PRESENCES[this.words[at + AT.presence] ?? 0] ?? "silent";
  }

  grade(at: number): HostObservation["grade"] {
    return GRADES[this.words[at + AT.grade] ?? 0] ?? "positive-only";
  }

  text(at: number): string | null {
    const number = this.words[at] ?? 0;
    return number === 0 ? null : (this.#names.texts[number - 1] ?? null);
  }

  digest(at: number): Uint8Array {
    const from = this.words.byteOffset + 4 * (at + AT.digest);
    return new Uint8Array(this.words.buffer, from, 12);
  }

  /** Id of a host value whose text stands at the place; null for none. */
  hostValue(track: "occupant" | "names", at: number): number | null {
    return this.#textId(at, (text) => hostValueIdOf(this.#ledger, track, text));
  }

  /** Id of the quiet value of a host of which no other run opened a port; null where none is covered. */
  quietValue(at: number, protocol: number): number | null {
    return this.#textId(at + AT.quiet + protocol, (text) => quietIdOf(this.#ledger, text));
  }

  /** Id of the covered ports of a protocol; 0 for none. */
  track(at: number, protocol: number): number {
    const place = (this.words[at + AT.covered] ?? 0) * PROTOCOLS.length + protocol;
    const known = this.#tracks[place];
    if (known !== undefined) return known;
    const name = PROTOCOLS[protocol] ?? "tcp";
    const covered = this.covered(at);
    const id = covered[name].length === 0 ? 0 : portsetId(this.#ledger, onlyPorts(covered, name));
    this.#tracks[place] = id;
    return id;
  }

  covered(at: number): PortSet {
    return this.#set((this.words[at + AT.covered] ?? 1) - 1);
  }

  /** Ports with a service of their own, where these are not all: their set's id; null where none or all are. */
  identified(at: number): number | null {
    const number = this.words[at + AT.identified] ?? 0;
    return number < 2 ? null : portsetIdOf(this.#ledger, this.#names.texts[number - 2] ?? "");
  }

  isWhollyIdentified(at: number): boolean {
    return this.words[at + AT.identified] === 1;
  }

  doubts(at: number): [confidence: CellObservation["confidence"], portset: number][] {
    const told: [string, string][] = JSON.parse(this.text(at + AT.doubts) ?? "[]");
    return told.flatMap(([name, spec]) => {
      const confidence = CONFIDENCES.find((each) => each === name);
      return confidence === undefined ? [] : [[confidence, portsetIdOf(this.#ledger, spec)]];
    });
  }

  holes(at: number): HostObservation["holes"] {
    return JSON.parse(this.text(at + AT.holes) ?? "[]");
  }

  /** Code, value's id and service's id (0: none) of each port that was open, by code. Good until it is asked for another. */
  cells(at: number): Int32Array {
    const { words } = this;
    const count = (words[at + AT.cells] ?? 0) * CELL;
    if (scratch.length < count) scratch = new Int32Array(count * 2);
    const begin = at + BODY;
    for (let index = 0; index < count; index += CELL) {
      scratch[index] = words[begin + index] ?? 0;
      scratch[index + 1] = this.#value(words[begin + index + 1] ?? 0);
      const service = words[begin + index + 2] ?? 0;
      scratch[index + 2] = service === 0 ? 0 : this.#service(service - 1);
    }
    return scratch.subarray(0, count);
  }

  /** All that `placeHost` and `recordTail` want to know. */
  said(at: number): Said {
    const cells = new Map<number, { value: number; service: number | null }>();
    const told = this.cells(at);
    for (let index = 0; index < told.length; index += CELL)
      cells.set(told[index] ?? 0, { value: told[index + 1] ?? 0, service: told[index + 2] || null });
    return {
      presence: this.presence(at),
      occupant: this.hostValue("occupant", at + AT.occupant),
      names: this.hostValue("names", at + AT.names),
      cells,
      quiet: this.#quiet(at),
      covered: this.covered(at),
      answers: new Map(),
    };
  }

  #quiet(at: number): QuietGroup[] {
    const { words } = this;
    const groups: QuietGroup[] = [];
    let next = at + BODY + CELL * (words[at + AT.cells] ?? 0);
    for (let rest = words[at + AT.groups] ?? 0; rest > 0; rest--) {
      const { state, reason, proof } = cellValueOf(this.#ledger, this.#value(words[next] ?? 0));
      const counts = PROTOCOLS.map((_, index) => words[next + 1 + index] ?? 0);
      next += 1 + PROTOCOLS.length;
      const ranges: Partial<Record<(typeof PROTOCOLS)[number], [number, number][]>> = {};
      for (const [index, count] of counts.entries()) {
        const protocol = PROTOCOLS[index] ?? "tcp";
        ranges[protocol] = Array.from(words.subarray(next, next + count), (word) => [
          word >>> 16,
          word & 0xffff,
        ]);
        next += count;
      }
      groups.push({ state, reason, proof, ports: portSetOfRanges(ranges) });
    }
    return groups;
  }

  #value(number: number): number {
    const known = this.#values[number];
    if (known !== undefined) return known;
    const value = this.#names.values[number];
    if (value === undefined) throw new RangeError(`a staged host names value ${number}, which is not there`);
    const id = cellValueId(this.#ledger, value);
    this.#values[number] = id;
    return id;
  }

  #service(number: number): number {
    const known = this.#services[number];
    if (known !== undefined) return known;
    const id = serviceIdOf(this.#ledger, this.#names.services[number] ?? "");
    this.#services[number] = id;
    return id;
  }

  #textId(at: number, idOf: (text: string) => number): number | null {
    const number = this.words[at] ?? 0;
    if (number === 0) return null;
    // A text is of one kind only: no quiet value reads like names or like an occupant.
    const known = this.#texts[number];
    if (known !== undefined) return known;
    const id = idOf(this.#names.texts[number - 1] ?? "");
    this.#texts[number] = id;
    return id;
  }

  #set(number: number): PortSet {
    const known = this.#sets[number];
    if (known !== undefined) return known;
    const set = parseCanonicalPorts(this.#names.sets[number] ?? "");
    this.#sets[number] = set;
    return set;
  }
}

/** Used again for each host. */
let scratch = new Int32Array(1024);
