import type { Database, Statement } from "better-sqlite3";
import type { HostObservation } from "../facts/observation.js";
import { sharedService } from "./shareServices.js";

/** Hosts of a file until it has ended. */
export interface Stage {
  add(hosts: readonly HostObservation[]): void;
  /** One for each address, the last that was added. */
  all(): Iterable<HostObservation>;
  close(): void;
}

/** So many ports and ranges are kept in memory: some 60 MB. What comes after goes to a temporary file. */
const IN_MEMORY = 600_000;

/** So many hosts are read back at a time: the connection writes between them. */
const PAGE = 200;

let stages = 0;

export function openStage(database: Database): Stage {
  stages += 1;
  const table = `temp.stage_${stages}`;
  const memory = new Map<string, HostObservation>();
  let size = 0;
  let insert: Statement<[string, string]> | null = null;
  return {
    add(hosts) {
      for (const observation of hosts) {
        const { address } = observation;
        if (insert !== null && !memory.has(address)) {
          insert.run(address, JSON.stringify(observation));
          continue;
        }
        memory.set(address, slim(observation));
        size += weightOf(observation);
        if (insert !== null || size < IN_MEMORY) continue;
        database.exec(
          `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, said TEXT NOT NULL)`,
        );
        insert = database.prepare(`REPLACE INTO ${table} (address, said) VALUES (?, ?)`);
      }
    },
    *all() {
      yield* memory.values();
      if (insert === null) return;
      const page = database.prepare<[number, number], { id: number; said: string }>(
        `SELECT id, said FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`,
      );
      for (let rows = page.all(0, PAGE); rows.length > 0; rows = page.all(rows.at(-1)?.id ?? 0, PAGE)) {
        for (const { said } of rows) yield JSON.parse(said) as HostObservation;
      }
    },
    close() {
      memory.clear();
      if (insert !== null) database.exec(`DROP TABLE ${table}`);
      insert = null;
    },
  };
}

/** Without what is not kept, and with one object for each service: a file tells the same ones again and again. */
function slim(observation: HostObservation): HostObservation {
  const cells = observation.cells.map((cell) => ({
    // Field by field: a spread is ten times slower here, and there are many.
    protocol: cell.protocol,
    port: cell.port,
    state: cell.state,
    reason: cell.reason,
    proof: cell.proof,
    ttl: null,
    service: cell.service === null ? null : sharedService(cell.service),
    scripts: NO_SCRIPTS,
    confidence: cell.confidence,
  }));
  return { ...observation, cells };
}

const NO_SCRIPTS: readonly [] = [];

function weightOf({ cells, quiet }: HostObservation): number {
  return quiet.reduce((sum, { ports: { tcp, udp } }) => sum + 2 + tcp.length + udp.length, 4 + cells.length);
}
