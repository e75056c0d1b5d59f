import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { countPorts, emptyPortSet, hasPort, portSetOf, subtractPorts, unionPorts } from "../scope/portSet.js";
import { portsetId, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

/** The ports of one host whose answers say nothing, by run: read, changed, and written back where they changed. */
export interface UnprovedPorts {
  /** Makes the port say nothing in just these of the runs. */
  set(code: number, runs: Iterable<number>, of: ReadonlySet<number>): void;
  write(): void;
}

export function unprovedPorts(ledger: Ledger, host: number): UnprovedPorts {
  const byRun = new Map<number, PortSet>();
  const rows = ledger.rows<[run: number, portset: number]>(
    "SELECT run, portset FROM unproved WHERE host = ?",
  );
  for (const [run, portset] of rows.all(host)) byRun.set(run, portsetOf(ledger, portset));
  const changed = new Set<number>();
  return {
    set(code, runs, of) {
      const mute = new Set(runs);
      const port = portOfCode(code);
      const mark = portSetOf([port]);
      for (const run of new Set([...mute, ...[...byRun.keys()].filter((each) => of.has(each))])) {
        const ports = byRun.get(run) ?? emptyPortSet;
        if (hasPort(ports, port.protocol, port.port) === mute.has(run)) continue;
        byRun.set(run, mute.has(run) ? unionPorts(ports, mark) : subtractPorts(ports, mark));
        changed.add(run);
      }
    },
    write() {
      for (const run of changed) {
        const ports = byRun.get(run) ?? emptyPortSet;
        if (PROTOCOLS.every((protocol) => countPorts(ports, protocol) === 0)) {
          ledger.sql("DELETE FROM unproved WHERE run = ? AND host = ?").run(run, host);
        } else {
          ledger
            .sql("REPLACE INTO unproved (run, host, portset) VALUES (?, ?, ?)")
            .run(run, host, portsetId(ledger, ports));
        }
      }
      changed.clear();
    },
  };
}
