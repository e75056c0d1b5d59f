/**
 * Hosts on their way from the thread that reads them to the one that stores them, as one string a batch. A structured
 * clone of the objects costs the receiving thread more than the string: what repeats (services, states, port sets) is
 * told once a batch, and is one object again on the other side.
 */
import type {
  CellObservation,
  Confidence,
  HostObservation,
  PortState,
  Proof,
  QuietGroup,
  ScriptResult,
  Service,
} from "../facts/observation.js";
import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { decodeRanges, encodeRanges } from "./portSetDelta.js";

export interface ImportedHost {
  readonly observation: HostObservation;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** nmap gave up on it: only what answered is covered. */
  readonly timedOut: boolean;
}

type CellKind = readonly [Protocol, PortState, string, Proof, Confidence];
type QuietKind = readonly [QuietGroup["state"], string, Proof];
/** Port, kind, TTL (0: none), service and scripts (-1: none) of each cell, one after the other. */
type Cells = number[];
const CELL_WIDTH = 5;

type HostEntry = readonly [
  shell: Omit<HostObservation, "cells" | "quiet" | "covered">,
  startedAt: Instant | null,
  endedAt: Instant | null,
  timedOut: 0 | 1,
  cells: Cells,
  /** Kind and port set of each group. */
  quiet: number[],
  covered: number,
];

/** A batch on its way. */
export interface BatchText {
  readonly json: string;
  /** The outputs of scripts, one behind the other: most of the text, and quicker so than as JSON. */
  readonly outputs: string;
}

/** Characters, in which the room for batches on their way is counted. */
export function sizeOfBatch({ json, outputs }: BatchText): number {
  return json.length + outputs.length;
}

/** A script with the length of its output. */
type ToldScript = readonly [id: string, length: number];

interface Batch {
  readonly kinds: CellKind[];
  readonly services: Service[];
  readonly scripts: ToldScript[][];
  readonly quietKinds: QuietKind[];
  /** Of each set a list for each protocol; the first set is the one asked, and not told. */
  readonly sets: (readonly number[])[][];
  readonly hosts: HostEntry[];
}

/** Enough that a batch costs little of its own; few enough that memory stays small. */
const FULL = 1500;

export class HostBatch {
  readonly #asked: PortSet;
  #batch = emptyBatch();
  #kinds = new Map<string, number>();
  #services = new Map<Service, number>();
  #quietKinds = new Map<string, number>();
  #sets = new Map<PortSet, number>();
  #size = 0;
  #lastCell: CellObservation | null = null;
  #lastKind = 0;
  #outputs: string[] = [];

  /** @param asked a set that most hosts share, known on both sides */
  constructor(asked: PortSet) {
    this.#asked = asked;
    this.#sets.set(asked, 0);
  }

  get isFull(): boolean {
    return this.#size > FULL;
  }

  get isEmpty(): boolean {
    return this.#batch.hosts.length === 0;
  }

  add({ observation, startedAt, endedAt, timedOut }: ImportedHost): void {
    const { cells, quiet, covered, ...shell } = observation;
    const told: Cells = [];
    for (const cell of cells) this.#tellCell(told, cell);
    const groups: number[] = [];
    for (const group of quiet) groups.push(this.#quietKind(group), this.#setNumber(group.ports));
    this.#batch.hosts.push([
      shell,
      startedAt,
      endedAt,
      timedOut ? 1 : 0,
      told,
      groups,
      this.#setNumber(covered),
    ]);
    this.#size += 8 + cells.length;
  }

  /** The batch; the next one begins. */
  take(): BatchText {
    const text = { json: JSON.stringify(this.#batch), outputs: this.#outputs.join("") };
    this.#outputs = [];
    this.#batch = emptyBatch();
    this.#kinds = new Map();
    this.#services = new Map();
    this.#quietKinds = new Map();
    this.#sets = new Map([[this.#asked, 0]]);
    this.#size = 0;
    this.#lastCell = null;
    return text;
  }

  #tellCell(told: Cells, cell: CellObservation): void {
    const service = cell.service === null ? -1 : numberIn(this.#services, cell.service, this.#batch.services);
    let scripts = -1;
    if (cell.scripts.length > 0) {
      scripts = this.#batch.scripts.push(cell.scripts.map(({ id, output }) => [id, output.length])) - 1;
      for (const { output } of cell.scripts) {
        this.#outputs.push(output);
        this.#size += output.length >> 6;
      }
    }
    told.push(cell.port, this.#cellKind(cell), cell.ttl ?? 0, service, scripts);
  }

  /** Mostly that of the cell before. */
  #cellKind(cell: CellObservation): number {
    const last = this.#lastCell;
    this.#lastCell = cell;
    if (last !== null && isSameKind(last, cell)) return this.#lastKind;
    const kind: CellKind = [cell.protocol, cell.state, cell.reason, cell.proof, cell.confidence];
    this.#lastKind = numberOf(this.#kinds, kind.join("\0"), kind, this.#batch.kinds);
    return this.#lastKind;
  }

  #quietKind({ state, reason, proof }: QuietGroup): number {
    const kind: QuietKind = [state, reason, proof];
    return numberOf(this.#quietKinds, kind.join("\0"), kind, this.#batch.quietKinds);
  }

  #setNumber(set: PortSet): number {
    const known = this.#sets.get(set);
    if (known !== undefined) return known;
    const told = PROTOCOLS.map((protocol) => encodeRanges(set[protocol], this.#asked[protocol]));
    const number = this.#batch.sets.push(told);
    this.#sets.set(set, number);
    for (const list of told) this.#size += list.length >> 2;
    return number;
  }
}

/** The hosts of a batch, as they were. @param asked the same set as on the other side */
export function decodeHosts({ json, outputs }: BatchText, asked: PortSet): ImportedHost[] {
  const batch: Batch = JSON.parse(json);
  const scripts = decodeScripts(batch.scripts, outputs);
  const sets = [asked, ...batch.sets.map((told) => decodeSet(told, asked))];
  return batch.hosts.map(([shell, startedAt, endedAt, timedOut, cells, quiet, covered]) => ({
    observation: {
      address: shell.address,
      presence: shell.presence,
      aliveReason: shell.aliveReason,
      mac: shell.mac,
      vendor: shell.vendor,
      names: shell.names,
      cells: decodeCells(cells, batch, scripts),
      quiet: decodeQuiet(quiet, batch, sets),
      covered: sets[covered] as PortSet,
      grade: shell.grade,
      holes: shell.holes,
      holesUnjudged: shell.holesUnjudged,
    },
    startedAt,
    endedAt,
    timedOut: timedOut === 1,
  }));
}

const NO_SCRIPTS: readonly ScriptResult[] = [];

/** Pieces of the one text: whoever keeps one for long keeps the batch's. */
function decodeScripts(told: readonly ToldScript[][], outputs: string): ScriptResult[][] {
  let at = 0;
  return told.map((scripts) =>
    scripts.map(([id, length]) => {
      at += length;
      return { id, output: outputs.slice(at - length, at) };
    }),
  );
}

function decodeCells(
  told: Cells,
  { kinds, services }: Batch,
  scripts: readonly (readonly ScriptResult[])[],
): CellObservation[] {
  const cells: CellObservation[] = [];
  for (let at = 0; at < told.length; at += CELL_WIDTH) {
    const [protocol, state, reason, proof, confidence] = kinds[told[at + 1] as number] as CellKind;
    cells.push({
      protocol,
      port: told[at] as number,
      state,
      reason,
      proof,
      ttl: (told[at + 2] as number) || null,
      service: services[told[at + 3] as number] ?? null,
      scripts: scripts[told[at + 4] as number] ?? NO_SCRIPTS,
      confidence,
    });
  }
  return cells;
}

function decodeQuiet(told: readonly number[], { quietKinds }: Batch, sets: readonly PortSet[]): QuietGroup[] {
  const groups: QuietGroup[] = [];
  for (let at = 0; at < told.length; at += 2) {
    const [state, reason, proof] = quietKinds[told[at] as number] as QuietKind;
    groups.push({ state, reason, proof, ports: sets[told[at + 1] as number] as PortSet });
  }
  return groups;
}

function decodeSet(told: readonly (readonly number[])[], asked: PortSet): PortSet {
  const [tcp = [], udp = [], sctp = []] = told;
  return {
    tcp: decodeRanges(tcp, asked.tcp),
    udp: decodeRanges(udp, asked.udp),
    sctp: decodeRanges(sctp, asked.sctp),
  };
}

function emptyBatch(): Batch {
  return { kinds: [], services: [], scripts: [], quietKinds: [], sets: [], hosts: [] };
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

function numberOf<T>(numbers: Map<string, number>, key: string, value: T, list: T[]): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = list.push(value) - 1;
  numbers.set(key, number);
  return number;
}

function numberIn<T>(numbers: Map<T, number>, value: T, list: T[]): number {
  const known = numbers.get(value);
  if (known !== undefined) return known;
  const number = list.push(value) - 1;
  numbers.set(value, number);
  return number;
}
