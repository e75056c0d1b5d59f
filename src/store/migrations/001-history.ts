import type { Migration } from "./migration.js";

/** The first schema. The reviewed text of what it makes is test/store/schema.sql. */
export const history: Migration = {
  number: 1,
  title: "history",
  sql: `
-- Who and where.
CREATE TABLE realm (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE vantage (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  name TEXT NOT NULL,
  UNIQUE (realm, name)
) STRICT;
CREATE TABLE host (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  address TEXT NOT NULL,
  UNIQUE (realm, address)
) STRICT;

-- A run. key orders the observations of a vantage: its start in epoch ms, made unique and rising.
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  vantage INTEGER NOT NULL REFERENCES vantage,
  key INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('live', 'import')),
  audit TEXT,
  operator TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  outcome TEXT NOT NULL CHECK (outcome IN ('running', 'complete', 'partial', 'failed', 'interrupted')),
  why TEXT,
  method TEXT NOT NULL CHECK (method IN ('raw', 'connect')),
  ports TEXT NOT NULL,
  targets TEXT NOT NULL,
  exclusions TEXT NOT NULL,
  address_count INTEGER NOT NULL,
  rate REAL NOT NULL,
  nmap_version TEXT NOT NULL,
  sources TEXT NOT NULL,
  profile_hash TEXT,
  warnings TEXT NOT NULL,
  coverage REAL,
  cells_due INTEGER,
  cells_covered INTEGER,
  UNIQUE (vantage, key)
) STRICT;
CREATE INDEX run_going ON run (id) WHERE outcome = 'running';
-- Who carries a running run out; the row goes when the run ends.
CREATE TABLE run_owner (
  run INTEGER PRIMARY KEY REFERENCES run,
  hostname TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL
) STRICT;

-- One nmap process each. xml_sha256 names the kept XML beside the database.
CREATE TABLE shard (
  run INTEGER NOT NULL REFERENCES run,
  id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('discover', 'sweep', 'identify', 'confirm')),
  pass INTEGER NOT NULL,
  probe TEXT NOT NULL CHECK (probe IN ('hosts', 'ports', 'services')),
  state TEXT NOT NULL CHECK (state IN ('planned', 'running', 'done', 'failed', 'lost')),
  host_count INTEGER NOT NULL,
  portset INTEGER NOT NULL REFERENCES portset,
  argv TEXT NOT NULL,
  pid INTEGER,
  start_ticks INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  exit_code INTEGER,
  signal TEXT,
  ended TEXT,
  form TEXT CHECK (form IN ('whole', 'cut', 'refused')),
  xml_sha256 TEXT,
  xml_bytes INTEGER,
  warnings TEXT NOT NULL,
  error TEXT,
  PRIMARY KEY (run, id, attempt)
) STRICT;

-- Sets, each stored once. portset.spec is canonical (T:22,80-90,U:53); hostset.members is history/hostset.ts's form.
CREATE TABLE portset (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE hostset (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  n INTEGER NOT NULL,
  members BLOB NOT NULL
) STRICT;

-- What a run proved: for each host and protocol one port set. Positive rows, never asked minus failed.
CREATE TABLE coverage (
  run INTEGER NOT NULL REFERENCES run,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL CHECK (grade IN ('full', 'positive-only')),
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, portset, grade)
) STRICT, WITHOUT ROWID;
-- What else a run found of whole hosts: alive, silent, vanished, mac, named, identified (each open port of them was).
CREATE TABLE roster (
  run INTEGER NOT NULL REFERENCES run,
  trait TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, trait)
) STRICT, WITHOUT ROWID;
-- Why firewall holes cannot be judged.
CREATE TABLE unjudged (
  run INTEGER NOT NULL REFERENCES run,
  reason TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;
-- The same while the run goes on, a row a host; folded into the three tables above when it ends.
CREATE TABLE working_host (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  presence TEXT NOT NULL CHECK (presence IN ('alive', 'silent', 'vanished')),
  has_mac INTEGER NOT NULL,
  has_names INTEGER NOT NULL,
  identified INTEGER NOT NULL,
  unjudged TEXT,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;
CREATE TABLE working_coverage (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL,
  PRIMARY KEY (run, host, portset)
) STRICT, WITHOUT ROWID;

-- Exceptions of a run, a row only where it has some.
-- unproved: ports it covered whose answer says nothing about the state their span has.
CREATE TABLE unproved (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;
-- doubt: open ports whose confidence is not the usual one (confirmed; imported for an imported run).
CREATE TABLE doubt (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  confidence TEXT NOT NULL,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host, confidence)
) STRICT, WITHOUT ROWID;
-- identified: the ports it identified, of hosts of which it identified some and not all open ports.
CREATE TABLE identified (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;
CREATE TABLE hole (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  protoport INTEGER NOT NULL,
  silent_share REAL NOT NULL,
  neighbours_asked INTEGER NOT NULL,
  neighbours_answered INTEGER NOT NULL,
  PRIMARY KEY (run, host, protoport)
) STRICT, WITHOUT ROWID;
CREATE INDEX hole_of_host ON hole (host, protoport, run);

-- Spans. They hold from from_key until until_key, the first key that contradicts them (NULL: still so).
-- protoport = protocol (0 TCP, 1 UDP, 2 SCTP) << 16 | port; only ports that were open once have rows in span.
CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  guess TEXT NOT NULL,
  UNIQUE (state, reason, proof, guess)
) STRICT;
CREATE TABLE span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  protoport INTEGER NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, protoport, from_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE service_value (id INTEGER PRIMARY KEY, service TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE service_span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  protoport INTEGER NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES service_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, protoport, from_key)
) STRICT, WITHOUT ROWID;
-- The ports without spans, a track for each set of covered ports; groups is history/quietTrack.ts's list.
CREATE TABLE quiet_value (id INTEGER PRIMARY KEY, groups TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE quiet (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  portset INTEGER NOT NULL REFERENCES portset,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES quiet_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, portset, from_key)
) STRICT, WITHOUT ROWID;
-- Tracks of the host itself: presence, occupant (MAC), names.
CREATE TABLE host_value (
  id INTEGER PRIMARY KEY,
  track TEXT NOT NULL CHECK (track IN ('presence', 'occupant', 'names')),
  value TEXT NOT NULL,
  UNIQUE (track, value)
) STRICT;
CREATE TABLE host_span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  track TEXT NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES host_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, track, from_key)
) STRICT, WITHOUT ROWID;

-- What happened, derived from the spans when a run is recorded. Rewritten while their run goes on, append-only after.
-- It happened after the end of after_run (NULL: no earlier run covered it) and by the end of run, or by now while that
-- goes on. protoport -1: the host itself. serial 0 came with its run; a later correction adds the next serial, with the
-- time, and retracted = 1 where it takes the change back.
CREATE TABLE change_value (id INTEGER PRIMARY KEY, what TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE change (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  protoport INTEGER NOT NULL,
  what INTEGER NOT NULL REFERENCES change_value,
  serial INTEGER NOT NULL DEFAULT 0,
  after_run INTEGER REFERENCES run,
  recorded_at INTEGER,
  retracted INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, host, protoport, what, serial)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) <> 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) <> 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
`,
};
