/**
 * Takes back what `writeXml.ts` wrote: the observation exactly as it was. A note is as good as the file it stands in, and
 * no better: it must fit what the file shows, port by port, else the host is read like any other of nmap's.
 */
import type { CellObservation, HostObservation, QuietGroup } from "../facts/observation.js";
import type { PortSet } from "../facts/port.js";
import {
  countPorts,
  emptyPortSet,
  hasPort,
  parseCanonicalPorts,
  portSetOf,
  portSetOfRanges,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";
import type { NmapDocument, NmapHost, NmapPort } from "./document.js";
import type { ExactTexts } from "./hostNote.js";
import { parseHostNote, parseRunNote } from "./noteSchema.js";
import type { RunNote } from "./runNote.js";
import { comparePorts, visibleKey } from "./visibleAnswers.js";
import type { ExportedHost } from "./writeHost.js";

export type NoteReading<T> =
  | { readonly kind: "none" }
  /** The host is to be read by what the file shows. */
  | { readonly kind: "unfit"; readonly why: string }
  | { readonly kind: "fits"; readonly value: T };

/** What an export says of its run beyond nmap's form. */
export function readRunNote({ profileName }: Pick<NmapDocument, "profileName">): NoteReading<RunNote> {
  const note = parseRunNote(profileName);
  if (note === null) return { kind: "none" };
  return typeof note === "string" ? { kind: "unfit", why: note } : { kind: "fits", value: note };
}

/** The observation that was exported. Cells come in the order of their ports. */
export function readHostNote(host: NmapHost): NoteReading<ExportedHost> {
  const note = parseHostNote(host.comment);
  if (note === null) return { kind: "none" };
  if (typeof note === "string") return { kind: "unfit", why: note };
  try {
    if ((note.presence === "alive") !== (host.status.state === "up")) throw new Misfit("another status");
    if ((note.grade === "positive-only") !== host.timedOut) throw new Misfit("another grade");
    const exact = note.exact ?? {};
    const cells = cellsOf(host, note.cells ?? [], exact.cells ?? []);
    const quiet = quietOf(visibleQuiet(host, portSetOf(cells)), note.quiet ?? []);
    const [startedAt, endedAt] = note.times ?? [null, null];
    const observation: HostObservation = {
      address: host.address,
      presence: note.presence,
      aliveReason: note.aliveReason,
      mac: exact.mac ?? host.mac,
      vendor: exact.vendor ?? host.vendor,
      names: exact.names ?? host.hostnames.map(({ name }) => name),
      cells,
      quiet,
      covered: unionPorts(portSetOf(cells), ...quiet.map(({ ports }) => ports)),
      grade: note.grade,
      holes: note.holes ?? [],
      holesUnjudged: note.holesUnjudged ?? null,
    };
    return { kind: "fits", value: { observation, startedAt, endedAt } };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { kind: "unfit", why: `it does not fit what the file shows: ${error.message}` };
  }
}

class Misfit extends Error {}

function cellsOf(
  host: NmapHost,
  noted: readonly (readonly [CellObservation["proof"], CellObservation["confidence"], string])[],
  exact: NonNullable<ExactTexts["cells"]>,
): CellObservation[] {
  const texts = new Map(exact.map((cell) => [nameOf(cell), cell]));
  const belief = noted.map(([proof, confidence, ports]) => ({ proof, confidence, ports: readPorts(ports) }));
  const cells = host.ports.flatMap((shown) => {
    const own = belief.find(({ ports }) => hasPort(ports, shown.protocol, shown.port));
    return own === undefined ? [] : [cellOf(shown, own, texts.get(nameOf(shown)))];
  });
  const count = belief.reduce((sum, { ports }) => sum + countPorts(ports), 0);
  // One listed too few, or in two entries.
  if (count !== cells.length || count !== countPorts(portSetOf(cells))) throw new Misfit("other open ports");
  return cells.sort(comparePorts);
}

function cellOf(
  { protocol, port, state, reason, ttl, service, scripts }: NmapPort,
  { proof, confidence }: Pick<CellObservation, "proof" | "confidence">,
  exact: NonNullable<ExactTexts["cells"]>[number] | undefined,
): CellObservation {
  const texts = exact ?? { reason, service, scripts };
  return {
    protocol,
    port,
    state,
    reason: texts.reason,
    proof,
    ttl,
    service: texts.service,
    scripts: texts.scripts,
    confidence,
  };
}

/** The ports that are no cells, by what the file shows of them. */
function visibleQuiet(host: NmapHost, cells: PortSet): Map<string, PortSet> {
  const groups = new Map<string, PortSet>();
  let all = cells;
  let count = countPorts(cells);
  const add = (key: string, ports: PortSet) => {
    groups.set(key, unionPorts(groups.get(key) ?? emptyPortSet, ports));
    all = unionPorts(all, ports);
    count += countPorts(ports);
  };
  const listed = host.ports.filter(({ protocol, port }) => !hasPort(cells, protocol, port));
  const byKey = new Map<string, NmapPort[]>();
  for (const port of listed) {
    const key = `${port.state} ${port.reason}`;
    byKey.set(key, [...(byKey.get(key) ?? []), port]);
  }
  for (const [key, ports] of byKey) add(key, portSetOf(ports));
  for (const { state, reasons } of host.extraPorts) {
    for (const { reason, protocol, ports } of reasons) {
      if (protocol === null || ports === null) throw new Misfit("a group without its ports");
      add(`${state} ${reason}`, portSetOfRanges({ [protocol]: ports }));
    }
  }
  if (count !== countPorts(all)) throw new Misfit("a port twice");
  return groups;
}

function quietOf(
  shown: Map<string, PortSet>,
  noted: readonly (readonly [QuietGroup["state"], string, QuietGroup["proof"], string | null])[],
): QuietGroup[] {
  const left = new Map(shown);
  const take = (key: string, ports: PortSet) => {
    const there = left.get(key) ?? emptyPortSet;
    const rest = subtractPorts(there, ports);
    if (countPorts(ports) === 0 || countPorts(there) - countPorts(rest) !== countPorts(ports))
      throw new Misfit(`other ports ${key}`);
    left.set(key, rest);
    return ports;
  };
  const keyed = noted.map(([state, reason, proof, text]) => {
    const key = visibleKey({ state, reason });
    return { state, reason, proof, key, ports: text === null ? null : take(key, readPorts(text)) };
  });
  const groups = keyed.map(({ key, ports, ...group }) => {
    return { ...group, ports: ports ?? take(key, left.get(key) ?? emptyPortSet) };
  });
  if ([...left.values()].some((ports) => countPorts(ports) > 0)) throw new Misfit("more ports");
  return groups;
}

function readPorts(text: string): PortSet {
  try {
    return parseCanonicalPorts(text);
  } catch {
    throw new Misfit("no list of ports");
  }
}

function nameOf({ protocol, port }: Pick<NmapPort, "protocol" | "port">): string {
  return `${port}/${protocol}`;
}
