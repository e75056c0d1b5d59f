import type { Protocol } from "../facts/port.js";

/** One line of `nmap-services`. */
export interface ServiceEntry {
  /** May be `unknown`. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Share of hosts that had the port open in nmap's survey, 0 to 1. */
  readonly frequency: number;
}

/** `nmap-services` as data, in the file's order, which decides between ports of the same frequency. */
export interface ServiceTable {
  readonly entries: readonly ServiceEntry[];
}
