/** One host of an export, as nmap writes it (output.c of nmap 7.93), with a note of ours. */
import type { CellObservation, HostObservation, Service } from "../facts/observation.js";
import { PORT_STATES } from "../facts/observation.js";
import { type Port, type PortRange, PROTOCOLS } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { familyOf } from "../scope/address.js";
import { countPorts, listPorts } from "../scope/portSet.js";
import { hostNoteOf, isNmapsConfidence, noteText } from "./hostNote.js";
import { comparePorts, type VisibleGroup, visibleGroups } from "./visibleAnswers.js";
import { xmlElement, xmlText } from "./xmlText.js";

export interface ExportedHost {
  readonly observation: HostObservation;
  /** When the host was asked, where that is known. */
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** More ports than this that share a state other than open are told as a group (`PortList::isIgnoredState`). */
const MOST_LISTED = 25;

export type NameOf = (port: Port) => string | null;

export function writeHost({ observation, startedAt, endedAt }: ExportedHost, nameOf: NameOf): string {
  const { address, mac, vendor, names, presence, aliveReason } = observation;
  const isUp = presence === "alive";
  const lines = [
    xmlElement("status", {
      state: isUp ? "up" : "down",
      reason: isUp ? (aliveReason ?? "unknown-response") : "no-response",
      reason_ttl: 0,
    }),
    xmlElement("address", { addr: address, addrtype: `ipv${familyOf(address)}` }),
    ...(mac === null ? [] : [xmlElement("address", { addr: mac, addrtype: "mac", vendor })]),
    xmlElement("hostnames", {}, names.map((name) => xmlElement("hostname", { name, type: "PTR" })).join("")),
    ...portLines(observation, nameOf),
  ];
  return xmlElement(
    "host",
    {
      starttime: secondsOf(startedAt),
      endtime: secondsOf(endedAt),
      // nmap's own word for "what is listed counts, what is not proves nothing".
      timedout: observation.grade === "positive-only" ? "true" : null,
      comment: noteText(hostNoteOf(observation, [startedAt, endedAt])),
    },
    `${lines.join("\n")}\n`,
  );
}

/** nmap writes whole seconds, cut off. */
export function secondsOf(at: Instant | null): number | null {
  return at === null ? null : Math.floor(at / 1000);
}

function portLines({ cells, quiet }: HostObservation, nameOf: NameOf): string[] {
  const groups = visibleGroups(quiet);
  if (cells.length === 0 && groups.length === 0) return [];
  const extra: string[] = [];
  const listed = cells.map((cell) => ({ ...cell }) as Listed);
  for (const state of PORT_STATES) {
    const alike = groups.filter((group) => group.state === state);
    const count = alike.reduce((sum, { ports }) => sum + countPorts(ports), 0);
    if (count > MOST_LISTED) extra.push(extraPorts(state, count, alike));
    else {
      for (const { reason, ports } of alike)
        for (const port of listPorts(ports)) listed.push({ ...port, state, reason, name: nameOf(port) });
    }
  }
  return ["<ports>", ...extra, ...listed.sort(comparePorts).map(portElement), "</ports>"];
}

type Listed = Pick<CellObservation, "protocol" | "port" | "state" | "reason"> &
  Partial<Pick<CellObservation, "ttl" | "service" | "scripts">> & { readonly name?: string | null };

/** One element a state, as ndiff wants it; each reason with its ports, so that it is known which were asked. */
function extraPorts(state: string, count: number, groups: readonly VisibleGroup[]): string {
  const reasons = groups.flatMap(({ reason, ports }) =>
    PROTOCOLS.filter((protocol) => ports[protocol].length > 0).map((protocol) =>
      xmlElement("extrareasons", {
        reason,
        count: countPorts(ports, protocol),
        proto: protocol,
        ports: rangesText(ports[protocol]),
      }),
    ),
  );
  return xmlElement("extraports", { state, count }, `\n${reasons.join("\n")}\n`);
}

export function rangesText(ranges: readonly PortRange[]): string {
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(",");
}

function portElement(listed: Listed): string {
  const { protocol, port, state, reason, ttl, service, scripts = [], name = null } = listed;
  return xmlElement(
    "port",
    { protocol, portid: port },
    xmlElement("state", { state, reason, reason_ttl: ttl ?? 0 }) +
      (service ? serviceElement(service) : name === null ? "" : tableName(name)) +
      scripts.map(({ id, output }) => xmlElement("script", { id, output })).join(""),
  );
}

/** As nmap writes what it only knows by the port's number. */
function tableName(name: string): string {
  return xmlElement("service", { name, method: "table", conf: 3 });
}

/** What the DTD has no place for (a tunnel other than `ssl`) is in the note. */
function serviceElement(service: Service): string {
  return xmlElement(
    "service",
    {
      name: service.name,
      product: service.product,
      version: service.version,
      extrainfo: service.extraInfo,
      hostname: service.hostname,
      ostype: service.osType,
      devicetype: service.deviceType,
      tunnel: service.tunnel === "ssl" ? "ssl" : null,
      method: service.method,
      conf: isNmapsConfidence(service.confidence) ? service.confidence : 0,
    },
    service.cpes.map((cpe) => `<cpe>${xmlText(cpe)}</cpe>`).join(""),
  );
}
