/** What a database says, by natural keys: numbers that depend on the order of writing are replaced by what they name. */
import { inflateRawSync } from "node:zlib";
import Sqlite from "better-sqlite3";
import { unpackChanges } from "../../src/history/changePack.js";
import { defineSpanViews } from "../../src/store/spanViews.js";

const HOST =
  "(SELECT realm.name || ' ' || address FROM host JOIN realm ON realm.id = host.realm WHERE host.id = t.host)";
const VANTAGE =
  "(SELECT realm.name || ' ' || v.name FROM vantage v JOIN realm ON realm.id = v.realm WHERE v.id = t.vantage)";
const RUN =
  "(SELECT realm.name || ' ' || v.name || ' ' || r.key FROM run r JOIN vantage v ON v.id = r.vantage JOIN realm ON realm.id = v.realm WHERE r.id = t.run)";
const spec = (column: string): string => `(SELECT spec FROM portset WHERE id = ${column})`;
const cell = (id: string): string =>
  `(SELECT state || ' ' || reason || ' ' || proof || ' ' || guess FROM value WHERE id = ${id})`;
const service = (id: string): string => `(SELECT service FROM service_value WHERE id = ${id})`;
const quiet = (id: string): string => `(SELECT groups FROM quiet_value WHERE id = ${id})`;
const own = (id: string): string => `(SELECT track || value FROM host_value WHERE id = ${id})`;

const TABLES: Readonly<Record<string, string>> = {
  run: `SELECT ${VANTAGE}, key, source, started_at, ended_at, outcome, why, warnings FROM run t`,
  import: `SELECT ${RUN}, file, file_hash, scanner, args, dated FROM import t`,
  span: `SELECT ${HOST}, ${VANTAGE}, protoport, from_key, until_key, ${cell("t.value")} FROM span t`,
  service_span: `SELECT ${HOST}, ${VANTAGE}, protoport, from_key, until_key, ${service("t.value")} FROM service_span t`,
  quiet: `SELECT ${HOST}, ${VANTAGE}, ${spec("t.portset")}, from_key, until_key, ${quiet("t.value")} FROM quiet t`,
  host_span: `SELECT ${HOST}, ${VANTAGE}, track, from_key, until_key, ${own("t.value")} FROM host_span t`,
  wording: `SELECT ${HOST}, ${VANTAGE}, kind, CASE kind WHEN 2 THEN ${spec("t.name")} ELSE name END, key,
    CASE kind WHEN 0 THEN ${cell("t.value")} WHEN 1 THEN ${service("t.value")} WHEN 2 THEN ${quiet("t.value")}
      ELSE ${own("t.value")} END FROM wording t`,
  unproved: `SELECT ${RUN}, ${HOST}, ${spec("t.portset")} FROM unproved t`,
  doubt: `SELECT ${RUN}, ${HOST}, confidence, ${spec("t.portset")} FROM doubt t`,
  identified: `SELECT ${RUN}, ${HOST}, ${spec("t.portset")} FROM identified t`,
  hole: `SELECT ${RUN}, ${HOST}, protoport, silent_share, neighbours_asked FROM hole t`,
  /** The newest word on each change: what was said before it is history. */
  change: `SELECT run, host, protoport, what FROM (
      SELECT ${RUN} AS run, ${HOST} AS host, protoport, (SELECT what FROM change_value v WHERE v.id = t.what) AS what,
        max(serial) AS serial FROM line t GROUP BY t.run, t.host, protoport, t.what
    ) WHERE serial % 2 = 0 AND run IS NOT NULL`,
};

/** The change log as one table of rows, packed ones and others. */
function unpackLines(database: Sqlite.Database): void {
  database.exec("CREATE TEMP TABLE line AS SELECT run, host, protoport, what, serial FROM change");
  const insert = database.prepare("INSERT INTO line VALUES (?, ?, ?, ?, 0)");
  for (const { run, lines } of database
    .prepare<[], { run: number; lines: Buffer }>("SELECT * FROM published")
    .all()) {
    const { hosts, protoports, whats } = unpackChanges(inflateRawSync(lines));
    for (const [index, host] of hosts.entries()) insert.run(run, host, protoports[index], whats[index]);
  }
}

export function dump(path: string): Record<string, string[]> {
  const database = new Sqlite(path, { readonly: true });
  try {
    defineSpanViews(database);
    const said: Record<string, string[]> = {};
    unpackLines(database);
    for (const [table, sql] of Object.entries(TABLES)) {
      said[table] = database
        .prepare(sql)
        .raw()
        .all()
        .map((row) => JSON.stringify(row))
        .sort();
    }
    said.broken = database.pragma("foreign_key_check") as string[];
    return said;
  } finally {
    database.close();
  }
}
