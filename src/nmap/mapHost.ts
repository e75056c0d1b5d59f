/** From the element tree of one `<host>` to `NmapHost`. */
import { familyOf, tryParseAddress } from "../scope/address.js";
import { instantOf, ttlOf } from "./attributeValues.js";
import type { NmapHost, NmapPort } from "./document.js";
import { attributeOf, childOf, childrenOf, type ElementTree, numberOf } from "./elementTree.js";
import { mapExtraPorts, mapPort, mapScripts } from "./mapPort.js";

/** The `<port>` elements of a host, mapped: those that fit, and those that do not. */
export interface MappedPorts {
  readonly ports: NmapPort[];
  readonly misfits: ElementTree[];
}

/**
 * Maps one whole `<host>`; null, with a note, where it has no IP address.
 * @param ports where they were mapped as they came, and are not in the tree
 */
export function mapHost(
  host: ElementTree,
  notes: string[],
  ports: MappedPorts = mapPorts(childOf(host, "ports")),
): NmapHost | null {
  const addresses = childrenOf(host, "address");
  const ip = addresses.find((a) => attributeOf(a, "addrtype") !== "mac");
  const text = ip ? (attributeOf(ip, "addr") ?? "") : "";
  // A link-local address may carry a zone; it means nothing on another machine.
  const address = tryParseAddress(text.replace(/%.*$/, ""));
  if (address === null) {
    notes.push(`a host without a usable IP address (${shown(text)}) was left out`);
    return null;
  }
  for (const { $ } of ports.misfits)
    notes.push(`${address}: a port that is none of ours was left out (${shown($ ?? {})})`);
  const mac = addresses.find((a) => attributeOf(a, "addrtype") === "mac") ?? {};
  const status = childOf(host, "status");
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
    ...mapHostTag(host),
    ports: ports.ports,
    extraPorts: childrenOf(childOf(host, "ports"), "extraports").map(mapExtraPorts),
    hostScripts: childrenOf(host, "hostscript").flatMap(mapScripts),
    osMatches: childrenOf(childOf(host, "os"), "osmatch").map((match) => ({
      name: attributeOf(match, "name") ?? "",
      accuracy: numberOf(match, "accuracy") ?? 0,
    })),
    distance: numberOf(childOf(host, "distance"), "value"),
    uptimeSeconds: numberOf(childOf(host, "uptime"), "seconds"),
    trace: childrenOf(childOf(host, "trace"), "hop").map((hop) => ({
      ttl: numberOf(hop, "ttl") ?? 0,
      address: attributeOf(hop, "ipaddr"),
      name: attributeOf(hop, "host"),
    })),
  };
}

/** What its start tag says. */
export function mapHostTag(
  host: ElementTree,
): Pick<NmapHost, "startedAt" | "endedAt" | "timedOut" | "comment"> {
  return {
    startedAt: instantOf(host, "starttime"),
    endedAt: instantOf(host, "endtime"),
    timedOut: attributeOf(host, "timedout") === "true",
    comment: attributeOf(host, "comment"),
  };
}

function mapPorts(element: ElementTree): MappedPorts {
  const mapped: MappedPorts = { ports: [], misfits: [] };
  for (const port of childrenOf(element, "port")) addPort(mapped, port, mapPort(port));
  return mapped;
}

/** @param port what was mapped of the element; null where it does not fit */
export function addPort({ ports, misfits }: MappedPorts, element: ElementTree, port: NmapPort | null): void {
  if (port === null) misfits.push(element);
  else ports.push(port);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
