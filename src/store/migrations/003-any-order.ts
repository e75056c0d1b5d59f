import { deflateRawSync } from "node:zlib";
import type { Database } from "better-sqlite3";
import { ChangeLines } from "../../history/changeLines.js";
import { type PackedLine, packChanges } from "../../history/changePack.js";
import { encodeHostset } from "../../history/hostset.js";
import type { Span } from "../../history/span.js";
import { packTracks, type Tracks } from "../../history/trackPack.js";
import type { Migration } from "./migration.js";

/** Keys were milliseconds; see `history/runKey.ts` for the scale that leaves room for the hash of a file. */
const rescaled = (key: string): string => `(${key} / 1000) * 65536 + (${key} % 1000) * 65`;

/** Runs in any order, given back exactly, imported from files, taken back. The reviewed text is in test/store/schema.sql. */
export const anyOrder: Migration = {
  number: 3,
  title: "any order",
  sql: `
-- The new scale of keys.
UPDATE run SET key = ${rescaled("key")};
${["span", "service_span", "quiet", "host_span"]
  .map(
    (table) =>
      `UPDATE ${table} SET from_key = ${rescaled("from_key")}, until_key = ${rescaled("until_key")};`,
  )
  .join("\n")}
UPDATE finding_state SET key = ${rescaled("key")};
-- The log of findings, without the reference to a run: it goes on naming one that was taken back.
DROP TRIGGER finding_transition_is_kept;
DROP TRIGGER finding_transition_is_final;
CREATE TABLE finding_transition_new (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  finding INTEGER NOT NULL REFERENCES finding,
  run INTEGER NOT NULL,
  key INTEGER NOT NULL,
  act INTEGER NOT NULL CHECK (act IN (0, 1)),
  at INTEGER NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  person TEXT NOT NULL,
  why TEXT NOT NULL,
  retracts INTEGER REFERENCES finding_transition_new
) STRICT;
INSERT INTO finding_transition_new
  SELECT id, finding, run, ${rescaled("key")}, act, at, from_status, to_status, person, why, retracts
  FROM finding_transition ORDER BY id;
DROP TABLE finding_transition;
ALTER TABLE finding_transition_new RENAME TO finding_transition;
CREATE INDEX finding_transition_of_finding ON finding_transition (finding);
CREATE INDEX finding_transition_of_run ON finding_transition (run);
CREATE UNIQUE INDEX finding_transition_retracted ON finding_transition (retracts) WHERE retracts IS NOT NULL;
CREATE TRIGGER finding_transition_is_kept BEFORE DELETE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;
CREATE TRIGGER finding_transition_is_final BEFORE UPDATE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;

-- Where an imported run comes from. file_hash: SHA-256 of the file's bytes, plain; grade and its reason are the run's
-- outcome and why.
CREATE TABLE import (
  run INTEGER PRIMARY KEY REFERENCES run,
  file TEXT NOT NULL,
  file_hash TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  scanner TEXT NOT NULL,
  args TEXT NOT NULL,
  imported_at INTEGER NOT NULL,
  dated INTEGER NOT NULL CHECK (dated IN (0, 1))
) STRICT;
CREATE INDEX import_of_hash ON import (file_hash);
-- What is left of a run that was taken back: the change log names it, with its place among the runs and its times.
CREATE TABLE forgotten_run (
  id INTEGER PRIMARY KEY,
  vantage INTEGER NOT NULL REFERENCES vantage,
  source TEXT NOT NULL,
  operator TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  file_hash TEXT,
  forgotten_at INTEGER NOT NULL,
  key INTEGER NOT NULL,
  imported_at INTEGER
) STRICT;

-- The same in other words: what a run's own value was where it proves what its span says and yet differs from the value
-- written there, which is that of the span's first run; and what an answer was that says nothing (unproved).
-- kind 0: a port (name: protoport), 1: its service, 2: quiet ports (name: portset), 3: the occupant.
CREATE TABLE wording (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  kind INTEGER NOT NULL,
  name INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (host, vantage, kind, name, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX unproved_of_host ON unproved (host, run);
CREATE INDEX identified_of_host ON identified (host, run);
ALTER TABLE working_host ADD COLUMN alive_reason TEXT;
-- A digest of the newest observation of each host, where it needs no exception: a run that says the same touches no
-- track. A cache: a row may be missing.
CREATE TABLE head (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  digest BLOB NOT NULL,
  PRIMARY KEY (vantage, host)
) STRICT, WITHOUT ROWID;
-- What happened, as it was published: append-only once its run has ended. serial 0 says it first (recorded_at NULL: it
-- came with its run), 1 takes it back, 2 says it again, and so on; the newest serial is what holds. The run before, and
-- with it the time, follows from the coverage. A run may be a forgotten one. protoport -1: the host itself.
-- What came with a run is in rows while it goes on only, and then in published (history/changePack.ts, deflated).
DROP TRIGGER change_is_kept;
DROP TRIGGER change_is_final;
ALTER TABLE change RENAME TO change_before;
CREATE TABLE change (
  run INTEGER NOT NULL,
  host INTEGER NOT NULL REFERENCES host,
  protoport INTEGER NOT NULL,
  what INTEGER NOT NULL REFERENCES change_value,
  serial INTEGER NOT NULL DEFAULT 0,
  recorded_at INTEGER,
  PRIMARY KEY (run, host, protoport, what, serial)
) STRICT, WITHOUT ROWID;
INSERT INTO change SELECT run, host, protoport, what, serial, recorded_at FROM change_before
  WHERE recorded_at IS NOT NULL OR serial > 0 OR (SELECT outcome FROM run WHERE id = run) = 'running';
CREATE INDEX change_correction ON change (recorded_at) WHERE recorded_at IS NOT NULL;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TABLE published (run INTEGER PRIMARY KEY, lines BLOB NOT NULL) STRICT;
CREATE TRIGGER published_is_kept BEFORE DELETE ON published
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER published_is_final BEFORE UPDATE ON published
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
-- REPLACE would take the row away without asking the triggers above.
CREATE TRIGGER published_is_new BEFORE INSERT ON published
WHEN EXISTS (SELECT 1 FROM published WHERE run = NEW.run)
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
-- The spans of ports and services, in place of the tables span and service_span: all of a host as history/trackPack.ts packs
-- them.
CREATE TABLE tracks (
  id INTEGER PRIMARY KEY,
  vantage INTEGER NOT NULL REFERENCES vantage,
  host INTEGER NOT NULL REFERENCES host,
  packed BLOB NOT NULL,
  UNIQUE (vantage, host)
) STRICT;
-- For who-has: the hosts that ever had a span of the port, at any vantage; history/hostset.ts's form. A hint: there may be
-- more hosts in it, never fewer.
CREATE TABLE port_hosts (protoport INTEGER PRIMARY KEY, members BLOB NOT NULL) STRICT;
`,
  step(database) {
    publishEnded(database);
    hintHosts(database);
    packSpans(database);
  },
};

/** Runs that have ended are packed like those of today. */
function publishEnded(database: Database): void {
  const lines = database.prepare<[number], PackedLine>(
    `SELECT host, protoport, what FROM change_before WHERE run = ? AND serial = 0 AND recorded_at IS NULL
     ORDER BY host, protoport, what`,
  );
  const insert = database.prepare("INSERT INTO published (run, lines) VALUES (?, ?)");
  const ended = database.prepare<[], number>("SELECT id FROM run WHERE outcome <> 'running'").pluck();
  for (const run of ended.all()) {
    const told = lines.all(run);
    if (told.length > 0) insert.run(run, deflateRawSync(packChanges(ChangeLines.of(told).sorted())));
  }
  database.exec("DROP TABLE change_before");
}

interface SpanRow {
  readonly protoport: number;
  readonly from_key: number;
  readonly value: number;
  readonly until_key: number | null;
}

function packSpans(database: Database): void {
  const read = (table: "span" | "service_span", vantage: number, host: number): Tracks => {
    const tracks = new Map<number, Span<number>[]>();
    const rows = database.prepare<[number, number], SpanRow>(
      `SELECT protoport, from_key, value, until_key FROM ${table}
       WHERE host = ? AND vantage = ? ORDER BY protoport, from_key`,
    );
    for (const { protoport, from_key: from, value, until_key: until } of rows.all(host, vantage)) {
      const track = tracks.get(protoport) ?? [];
      track.push({ from, value, until });
      tracks.set(protoport, track);
    }
    return tracks;
  };
  const insert = database.prepare("INSERT INTO tracks (vantage, host, packed) VALUES (?, ?, ?)");
  const places = database.prepare<[], { vantage: number; host: number }>(
    "SELECT vantage, host FROM span UNION SELECT vantage, host FROM service_span ORDER BY vantage, host",
  );
  for (const { vantage, host } of places.all()) {
    const cells = read("span", vantage, host);
    const services = read("service_span", vantage, host);
    insert.run(vantage, host, Buffer.from(packTracks({ cells, services })));
  }
  database.exec("DROP TABLE span; DROP TABLE service_span;");
}

function hintHosts(database: Database): void {
  const insert = database.prepare("INSERT INTO port_hosts (protoport, members) VALUES (?, ?)");
  const ports = new Map<number, number[]>();
  const cells = database.prepare<[], { host: number; protoport: number }>(
    "SELECT DISTINCT host, protoport FROM span",
  );
  for (const { host, protoport } of cells.all()) {
    const hosts = ports.get(protoport);
    if (hosts === undefined) ports.set(protoport, [host]);
    else hosts.push(host);
  }
  for (const [port, hosts] of ports) insert.run(port, Buffer.from(encodeHostset(hosts)));
}
