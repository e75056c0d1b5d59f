/** From the element tree of nmap's XML to `NmapDocument`. What does not fit is left out, with a note. */
import { PORT_STATES, type PortState, type ScriptResult, type Service } from "../facts/observation.js";
import { type PortRange, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { familyOf, tryParseAddress } from "../scope/address.js";
import type { ExtraPorts, NmapDocument, NmapFinish, NmapHost, NmapPort, ScanInfo } from "./document.js";
import { attributeOf, childOf, childrenOf, type ElementTree, numberOf } from "./elementTree.js";
import { singularReason } from "./proof.js";

/** Maps the `<nmaprun>` element; appends to `notes` what had to be left out. */
export function mapDocument(run: ElementTree, notes: string[]): NmapDocument {
  const stats = childrenOf(run, "runstats")[0];
  return {
    scanner: attributeOf(run, "scanner") ?? "",
    args: attributeOf(run, "args") ?? "",
    version: attributeOf(run, "version") ?? "",
    profileName: attributeOf(run, "profile_name"),
    startedAt: instantOf(run, "start"),
    scanInfo: childrenOf(run, "scaninfo").map(mapScanInfo),
    hosts: childrenOf(run, "host").flatMap((host) => mapHost(host, notes) ?? []),
    skippedTargets: childrenOf(run, "target")
      .filter((target) => attributeOf(target, "status") === "skipped")
      .map((target) => ({
        specification: attributeOf(target, "specification") ?? "",
        reason: attributeOf(target, "reason") ?? "",
      })),
    preScripts: childrenOf(run, "prescript").flatMap(mapScripts),
    postScripts: childrenOf(run, "postscript").flatMap(mapScripts),
    finished: stats ? mapFinish(stats) : null,
    counts: stats ? mapCounts(stats) : null,
  };
}

/** Maps one whole `<host>`; null, with a note, where it has no IP address. */
export function mapHost(host: ElementTree, notes: string[]): NmapHost | null {
  const addresses = childrenOf(host, "address");
  const ip = addresses.find((a) => attributeOf(a, "addrtype") !== "mac");
  const text = ip ? (attributeOf(ip, "addr") ?? "") : "";
  // A link-local address may carry a zone; it means nothing on another machine.
  const address = tryParseAddress(text.replace(/%.*$/, ""));
  if (address === null) {
    notes.push(`a host without a usable IP address (${JSON.stringify(text)}) was left out`);
    return null;
  }
  const mac = addresses.find((a) => attributeOf(a, "addrtype") === "mac") ?? {};
  const status = childOf(host, "status");
  const ports = childOf(host, "ports");
  const uptime = childOf(host, "uptime");
  return {
    address,
    family: familyOf(address),
    mac: attributeOf(mac, "addr"),
    vendor: attributeOf(mac, "vendor"),
    hostnames: childrenOf(childOf(host, "hostnames"), "hostname").flatMap((name) => {
      const text = attributeOf(name, "name");
      return text === null ? [] : [{ name: text, type: attributeOf(name, "type") ?? "" }];
    }),
    status: {
      state: attributeOf(status, "state") ?? "unknown",
      reason: attributeOf(status, "reason") ?? "",
      ttl: ttlOf(status),
    },
    startedAt: instantOf(host, "starttime"),
    endedAt: instantOf(host, "endtime"),
    timedOut: attributeOf(host, "timedout") === "true",
    comment: attributeOf(host, "comment"),
    ports: childrenOf(ports, "port").flatMap((port) => mapPort(port, address, notes) ?? []),
    extraPorts: childrenOf(ports, "extraports").map(mapExtraPorts),
    hostScripts: childrenOf(host, "hostscript").flatMap(mapScripts),
    osMatches: childrenOf(childOf(host, "os"), "osmatch").map((match) => ({
      name: attributeOf(match, "name") ?? "",
      accuracy: numberOf(match, "accuracy") ?? 0,
    })),
    distance: numberOf(childOf(host, "distance"), "value"),
    uptimeSeconds: numberOf(uptime, "seconds"),
    trace: childrenOf(childOf(host, "trace"), "hop").map((hop) => ({
      ttl: numberOf(hop, "ttl") ?? 0,
      address: attributeOf(hop, "ipaddr"),
      name: attributeOf(hop, "host"),
    })),
  };
}

function mapPort(port: ElementTree, host: string, notes: string[]): NmapPort | null {
  const protocol = protocolOf(attributeOf(port, "protocol"));
  const number = portNumber(attributeOf(port, "portid"));
  const stateElement = childOf(port, "state");
  const state = stateOf(attributeOf(stateElement, "state"));
  if (protocol === null || number === null || state === null) {
    notes.push(`${host}: a port that is none of ours was left out (${JSON.stringify(port.$ ?? {})})`);
    return null;
  }
  const service = childrenOf(port, "service")[0];
  return {
    protocol,
    port: number,
    state,
    reason: singularReason(attributeOf(stateElement, "reason") ?? ""),
    ttl: ttlOf(stateElement),
    reasonIp: attributeOf(stateElement, "reason_ip"),
    service: service ? mapService(service) : null,
    scripts: mapScripts(port),
  };
}

function mapService(service: ElementTree): Service {
  return {
    name: attributeOf(service, "name") ?? "unknown",
    product: attributeOf(service, "product"),
    version: attributeOf(service, "version"),
    extraInfo: attributeOf(service, "extrainfo"),
    tunnel: attributeOf(service, "tunnel"),
    method: attributeOf(service, "method") === "probed" ? "probed" : "table",
    confidence: numberOf(service, "conf") ?? 0,
    hostname: attributeOf(service, "hostname"),
    osType: attributeOf(service, "ostype"),
    deviceType: attributeOf(service, "devicetype"),
    cpes: childrenOf(service, "cpe").flatMap((cpe) => (typeof cpe._ === "string" ? [cpe._] : [])),
  };
}

/** A state that is not known stays a group: a reader that infers "all the others" must see that there are two. */
function mapExtraPorts(extra: ElementTree): ExtraPorts {
  return {
    state: stateOf(attributeOf(extra, "state")) ?? "unknown",
    count: numberOf(extra, "count") ?? 0,
    reasons: childrenOf(extra, "extrareasons").map((reason) => {
      const ports = attributeOf(reason, "ports");
      return {
        reason: singularReason(attributeOf(reason, "reason") ?? ""),
        count: numberOf(reason, "count") ?? 0,
        protocol: protocolOf(attributeOf(reason, "proto")),
        ports: ports === null ? null : parsePortRanges(ports),
      };
    }),
  };
}

function mapScripts(parent: ElementTree): ScriptResult[] {
  return childrenOf(parent, "script").map((script) => ({
    id: attributeOf(script, "id") ?? "",
    output: attributeOf(script, "output") ?? "",
  }));
}

function mapScanInfo(info: ElementTree): ScanInfo {
  return {
    type: attributeOf(info, "type") ?? "",
    protocol: attributeOf(info, "protocol") ?? "",
    count: numberOf(info, "numservices") ?? 0,
    ports: parsePortRanges(attributeOf(info, "services") ?? ""),
  };
}

function mapFinish(stats: ElementTree): NmapFinish | null {
  const finished = childrenOf(stats, "finished")[0];
  if (!finished) return null;
  const exit = attributeOf(finished, "exit");
  return {
    at: instantOf(finished, "time"),
    elapsed: numberOf(finished, "elapsed"),
    exit: exit === "success" || exit === "error" ? exit : null,
    errorMessage: attributeOf(finished, "errormsg"),
    summary: attributeOf(finished, "summary"),
  };
}

function mapCounts(stats: ElementTree): NmapDocument["counts"] {
  const hosts = childrenOf(stats, "hosts")[0];
  if (!hosts) return null;
  return {
    up: numberOf(hosts, "up") ?? 0,
    down: numberOf(hosts, "down") ?? 0,
    total: numberOf(hosts, "total") ?? 0,
  };
}

/** nmap's own lists: `1,3-4,6`. Anything else in them is skipped. */
function parsePortRanges(text: string): PortRange[] {
  return text.split(",").flatMap((part) => {
    const [from, to = from] = part.split("-").map(portNumber);
    return from === null || from === undefined || to === null || to === undefined || from > to
      ? []
      : [[from, to] as const];
  });
}

function portNumber(text: string | null): number | null {
  if (text === null || !/^\d{1,5}$/.test(text)) return null;
  const number = Number(text);
  return number <= 65535 ? number : null;
}

/** 0 is nmap's "not known". */
function ttlOf(element: ElementTree): number | null {
  return numberOf(element, "reason_ttl") || null;
}

/** nmap writes whole seconds, cut off. */
function instantOf(element: ElementTree, name: string): Instant | null {
  const seconds = numberOf(element, name);
  return seconds === null || seconds <= 0 ? null : Math.round(seconds * 1000);
}

function protocolOf(text: string | null): Protocol | null {
  return PROTOCOLS.find((protocol) => protocol === text) ?? null;
}

function stateOf(text: string | null): PortState | null {
  return PORT_STATES.find((state) => state === text) ?? null;
}
