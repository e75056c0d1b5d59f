/** The peer: a row for each run, host and port, with the indices that such schemas have. */
import Sqlite from "better-sqlite3";

export function openSnapshots(path) {
  const database = new Sqlite(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(`
    CREATE TABLE IF NOT EXISTS scan (id INTEGER PRIMARY KEY, started_at INTEGER, vantage TEXT);
    CREATE TABLE IF NOT EXISTS port (
      id INTEGER PRIMARY KEY, scan INTEGER REFERENCES scan, address TEXT, protocol TEXT, port INTEGER, state TEXT,
      reason TEXT, service TEXT, product TEXT, version TEXT);
    CREATE INDEX IF NOT EXISTS port_scan ON port (scan);
    CREATE INDEX IF NOT EXISTS port_host ON port (address, protocol, port, scan);
    CREATE INDEX IF NOT EXISTS port_port ON port (protocol, port, scan);`);
  const insert = database.prepare(
    "INSERT INTO port (scan, address, protocol, port, state, reason, service, product, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  return {
    database,
    add(startedAt, hosts) {
      database.transaction(() => {
        const scan = database
          .prepare("INSERT INTO scan (started_at, vantage) VALUES (?, 'bastion')")
          .run(startedAt).lastInsertRowid;
        for (const { address, cells } of hosts) {
          for (const { protocol, port, state, reason, service } of cells)
            insert.run(
              scan,
              address,
              protocol,
              port,
              state,
              reason,
              service?.name,
              service?.product,
              service?.version,
            );
        }
      })();
    },
  };
}
