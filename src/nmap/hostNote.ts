/**
 * What nmap's form cannot say of a host, as the `comment` attribute of its `<host>` (nmap.dtd has one; Zenmap shows it,
 * ndiff does not look at it): `portreeve/1 ` and one line of JSON in ASCII. It only ever explains what the element shows:
 * a note that does not fit its ports to the last one is not believed (`readNotes.ts`), so no note adds a port, and a file
 * that was edited after its export loses no more than the note. Text of the network is only in JSON strings in it.
 */
import type {
  CellObservation,
  Confidence,
  HoleLook,
  HostObservation,
  Proof,
  QuietGroup,
  ScriptResult,
  Service,
} from "../facts/observation.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { countPorts, formatPortSet, portSetOf } from "../scope/portSet.js";
import { visibleKey } from "./visibleAnswers.js";
import { canBeXml } from "./xmlText.js";

export const NOTE_MARK = "portreeve/1 ";

/** Ports are canonical port sets (`T:22,80-90,U:53`). */
export interface HostNote {
  readonly presence: HostObservation["presence"];
  readonly aliveReason: string | null;
  readonly grade: HostObservation["grade"];
  /** To the millisecond; the element's own times are whole seconds. */
  readonly times?: readonly [startedAt: Instant | null, endedAt: Instant | null];
  readonly cells?: readonly (readonly [proof: Proof, confidence: Confidence, ports: string])[];
  /** Null ports: all that the file shows with this state and reason and that no other entry names. */
  readonly quiet?: readonly (readonly [
    state: QuietGroup["state"],
    reason: string,
    proof: Proof,
    ports: string | null,
  ])[];
  readonly holes?: readonly HoleLook[];
  readonly holesUnjudged?: string;
  /** What XML or nmap's DTD cannot hold, and is only shown in the element. */
  readonly exact?: ExactTexts;
}

export interface ExactTexts {
  readonly mac?: string | null;
  readonly vendor?: string | null;
  readonly names?: readonly string[];
  readonly cells?: readonly (Port & {
    readonly reason: string;
    readonly service: Service | null;
    readonly scripts: readonly ScriptResult[];
  })[];
}

/** A note as the value of an attribute: ASCII, so that nothing on its way changes it. */
export function noteText(note: object): string {
  const json = JSON.stringify(note).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${NOTE_MARK}${json}`;
}

export function hostNoteOf(host: HostObservation, times: NonNullable<HostNote["times"]>): HostNote {
  const exact = exactTexts(host);
  return {
    presence: host.presence,
    aliveReason: host.aliveReason,
    grade: host.grade,
    ...(times.some((time) => time !== null) ? { times } : {}),
    ...(host.cells.length > 0 ? { cells: notedCells(host.cells) } : {}),
    ...(host.quiet.length > 0 ? { quiet: notedGroups(host.quiet) } : {}),
    ...(host.holes.length > 0 ? { holes: host.holes } : {}),
    ...(host.holesUnjudged === null ? {} : { holesUnjudged: host.holesUnjudged }),
    ...(Object.keys(exact).length > 0 ? { exact } : {}),
  };
}

function notedCells(cells: readonly CellObservation[]): NonNullable<HostNote["cells"]> {
  const alike = new Map<string, [CellObservation, ...CellObservation[]]>();
  for (const cell of cells) {
    const key = `${cell.proof} ${cell.confidence}`;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [cell]);
    else known.push(cell);
  }
  return [...alike.values()].map((some) => {
    return [some[0].proof, some[0].confidence, formatPortSet(portSetOf(some))];
  });
}

function notedGroups(quiet: readonly QuietGroup[]): NonNullable<HostNote["quiet"]> {
  const largest = new Map<string, QuietGroup>();
  for (const group of quiet) {
    const known = largest.get(visibleKey(group));
    if (known === undefined || countPorts(known.ports) < countPorts(group.ports))
      largest.set(visibleKey(group), group);
  }
  return quiet
    .filter(({ ports }) => countPorts(ports) > 0)
    .map((group) => {
      const isRest = largest.get(visibleKey(group)) === group;
      return [group.state, group.reason, group.proof, isRest ? null : formatPortSet(group.ports)];
    });
}

function exactTexts({ mac, vendor, names, cells }: HostObservation): ExactTexts {
  const strange = cells.filter((cell) => !isShownExactly(cell));
  return {
    ...(mac === null || canBeXml(mac) ? {} : { mac }),
    // A vendor stands in the element of the MAC.
    ...(vendor === null || (mac !== null && canBeXml(vendor)) ? {} : { vendor }),
    ...(names.every(canBeXml) ? {} : { names }),
    ...(strange.length === 0
      ? {}
      : {
          cells: strange.map(({ protocol, port, reason, service, scripts }) => {
            return { protocol, port, reason, service, scripts };
          }),
        }),
  };
}

function isShownExactly({ reason, service, scripts }: CellObservation): boolean {
  return (
    visibleKey({ state: "open", reason }) === `open ${reason}` &&
    (service === null || isNmapsService(service)) &&
    scripts.every(({ id, output }) => canBeXml(id) && canBeXml(output))
  );
}

/** Whether nmap's DTD has a place for all of it. */
function isNmapsService(service: Service): boolean {
  const { name, product, version, extraInfo, hostname, osType, deviceType, tunnel, confidence, cpes } =
    service;
  return (
    [name, product, version, extraInfo, hostname, osType, deviceType].every(
      (text) => text === null || canBeXml(text),
    ) &&
    (tunnel === null || tunnel === "ssl") &&
    isNmapsConfidence(confidence) &&
    // Element text: a parser may trim it.
    cpes.every((cpe) => /^[!-~]+$/.test(cpe))
  );
}

export function isNmapsConfidence(confidence: number): boolean {
  return Number.isInteger(confidence) && confidence >= 0 && confidence <= 10;
}
