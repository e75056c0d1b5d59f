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
INSERT INTO change SELECT run, host, protoport, what, serial, recorded_at FROM change_before;
DROP TABLE change_before;
CREATE INDEX change_correction ON change (recorded_at) WHERE recorded_at IS NOT NULL;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
`,
};
