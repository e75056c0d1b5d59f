/** The UDP ports for which nmap knows a service's words: where a silent port is worth asking again in those. */
import type { PortRange, PortSet } from "../facts/port.js";
import { portSetOfRanges } from "../scope/portSet.js";
import { readDataFile } from "./serviceTable.js";

/** Of the `nmap-service-probes` that belongs to this nmap. @throws PortreeveError `failed` where there is none */
export async function readUdpServices(binary: string): Promise<PortSet> {
  return parseUdpServices(await readDataFile(binary, "nmap-service-probes"));
}

/** Of each `Probe UDP` its `ports` (nmap's manual, "nmap-service-probes File Format"). */
export function parseUdpServices(text: string): PortSet {
  const udp: PortRange[] = [];
  let isUdp = false;
  for (const line of text.split("\n")) {
    const probe = /^Probe (TCP|UDP) /.exec(line);
    if (probe !== null) isUdp = probe[1] === "UDP";
    const ports = isUdp ? /^ports\s+([\d,\s-]+)$/.exec(line) : null;
    for (const part of ports?.[1]?.split(",") ?? []) udp.push(...rangeOf(part.trim()));
  }
  return portSetOfRanges({ udp: udp.sort((a, b) => a[0] - b[0]) });
}

function rangeOf(text: string): PortRange[] {
  const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (from === undefined) return [];
  const range: PortRange = [Number(from), Number(to ?? from)];
  return range[0] <= range[1] && range[1] <= 65535 ? [range] : [];
}
