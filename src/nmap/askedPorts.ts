import type { PortSet } from "../facts/port.js";
import { emptyPortSet, portSetOfRanges, unionPorts } from "../scope/portSet.js";
import { protocolOf } from "./attributeValues.js";
import type { ScanInfo } from "./document.js";

/** What the command line asks with `-p` does not count where they differ: nmap has resolved it here. */
export function askedPorts(scanInfo: readonly ScanInfo[]): PortSet {
  let asked = emptyPortSet;
  for (const info of scanInfo) {
    const protocol = protocolOf(info.protocol);
    if (protocol !== null) asked = unionPorts(asked, portSetOfRanges({ [protocol]: info.ports }));
  }
  return asked;
}
