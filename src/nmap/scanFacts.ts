/** What a file says of its scan as a whole, as far as it decides what its hosts prove. */
import type { PortSet } from "../facts/port.js";
import { emptyPortSet, portSetOfRanges, unionPorts } from "../scope/portSet.js";
import { protocolOf } from "./attributeValues.js";
import type { NmapDocument } from "./document.js";
import { readFlags } from "./scanFlags.js";

export interface ScanFacts {
  /** The union of the `<scaninfo>`s: what was asked. Empty for a ping scan, and for writers that do not say. */
  readonly asked: PortSet;
  /**
   * How TCP ports were asked. `other`: with odd flags (`-sA`, `-sF`, `-sW`, …) or through a third host; what that says
   * of a port is kept as it was stated and proves nothing. `unstated`: no `<scaninfo>`; answers count by their reasons.
   */
  readonly tcp: "raw" | "connect" | "other" | "unstated";
  readonly isUnpinged: boolean;
  readonly isResetBlind: boolean;
  /** Why only open ports are covered by any host; null where the rest of what is proved is covered too. */
  readonly positiveOnly: string | null;
}

type Header = Pick<NmapDocument, "scanner" | "args" | "scanInfo">;

/** @param broken why the file does not come to a good end; null where it does */
export function scanFactsOf(document: Header, broken: string | null): ScanFacts {
  const flags = readFlags(document.args);
  return {
    asked: askedPorts(document),
    tcp: tcpMethod(document),
    isUnpinged: flags.isUnpinged,
    isResetBlind: flags.isResetBlind,
    positiveOnly: whyPositiveOnly(document, flags.isOpenOnly, broken),
  };
}

function whyPositiveOnly({ scanner }: Header, isOpenOnly: boolean, broken: string | null): string | null {
  if (broken !== null) return broken;
  if (isOpenOnly) return "--open: what is not open was left out of the file";
  return scanner === "masscan" ? "masscan tells answers only" : null;
}

/** What the command line asks with `-p` does not count where they differ: nmap has resolved it here. */
function askedPorts({ scanInfo }: Header): PortSet {
  let asked = emptyPortSet;
  for (const info of scanInfo) {
    const protocol = protocolOf(info.protocol);
    if (protocol !== null) asked = unionPorts(asked, portSetOfRanges({ [protocol]: info.ports }));
  }
  return asked;
}

function tcpMethod({ scanInfo }: Header): ScanFacts["tcp"] {
  const types = scanInfo.filter(({ protocol }) => protocol === "tcp").map(({ type }) => type);
  if (types.length === 0) return "unstated";
  if (types.every((type) => type === "syn")) return "raw";
  return types.every((type) => type === "connect") ? "connect" : "other";
}
