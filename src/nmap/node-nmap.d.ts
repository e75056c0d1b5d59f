/** The part of node-nmap 4.0.0 that `scan.ts` builds on; the package has no types of its own. */
declare module "node-nmap" {
  import type { ChildProcess } from "node:child_process";
  import { EventEmitter } from "node:events";

  class NmapScan extends EventEmitter {
    constructor(range: readonly string[], inputArguments: readonly string[]);
    command: string[];
    range: string[];
    /** `["-oX", "-"]`. */
    arguments: string[];
    child: ChildProcess | undefined;
    cancelled: boolean;
    commandConstructor(range: readonly string[], additionalArguments: readonly string[]): void;
    initializeChildProcess(): void;
    startTimer(): void;
    startScan(...details: unknown[]): void;
    cancelScan(): void;
  }

  const nmap: { nmapLocation: string; NmapScan: typeof NmapScan };
  export default nmap;
}
