CREATE TRIGGER change_is_final BEFORE UPDATE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;

CREATE TRIGGER change_is_kept BEFORE DELETE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) IS NOT 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;

CREATE TRIGGER finding_transition_is_final BEFORE UPDATE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;

CREATE TRIGGER finding_transition_is_kept BEFORE DELETE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;

CREATE TRIGGER published_is_final BEFORE UPDATE ON published
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;

CREATE TRIGGER published_is_kept BEFORE DELETE ON published
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;

CREATE TRIGGER published_is_new BEFORE INSERT ON published
WHEN EXISTS (SELECT 1 FROM published WHERE run = NEW.run)
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;

CREATE TABLE asset (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  realm TEXT,
  name TEXT,
  addresses TEXT NOT NULL,
  names TEXT NOT NULL,
  owner TEXT,
  system TEXT,
  tags TEXT NOT NULL
) STRICT;

CREATE TABLE asset_list (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  source TEXT NOT NULL,
  holds_from INTEGER NOT NULL,
  imported_at INTEGER NOT NULL,
  operator TEXT NOT NULL,
  file TEXT NOT NULL,
  hash TEXT NOT NULL,
  row_count INTEGER NOT NULL,
  assets TEXT NOT NULL
) STRICT;

CREATE TABLE change (
  run INTEGER NOT NULL,
  host INTEGER NOT NULL REFERENCES host,
  protoport INTEGER NOT NULL,
  what INTEGER NOT NULL REFERENCES change_value,
  serial INTEGER NOT NULL DEFAULT 0,
  recorded_at INTEGER,
  PRIMARY KEY (run, host, protoport, what, serial)
) STRICT, WITHOUT ROWID;

CREATE TABLE change_value (id INTEGER PRIMARY KEY, what TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE coverage (
  run INTEGER NOT NULL REFERENCES run,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL CHECK (grade IN ('full', 'positive-only')),
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, portset, grade)
) STRICT, WITHOUT ROWID;

CREATE TABLE doubt (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  confidence TEXT NOT NULL,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host, confidence)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding (
  id INTEGER PRIMARY KEY,
  fingerprint TEXT NOT NULL UNIQUE,
  vantage INTEGER NOT NULL REFERENCES vantage,
  rule TEXT NOT NULL,
  address TEXT NOT NULL,
  protocol TEXT,
  port INTEGER,
  state INTEGER UNIQUE REFERENCES finding_state DEFERRABLE INITIALLY DEFERRED,
  judged_by INTEGER REFERENCES run,
  told_by INTEGER REFERENCES run,
  last_seen INTEGER
) STRICT;

CREATE TABLE finding_seen (
  run INTEGER NOT NULL REFERENCES run,
  judged_by INTEGER NOT NULL REFERENCES run,
  last_seen INTEGER NOT NULL,
  findings INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, judged_by, last_seen)
) STRICT, WITHOUT ROWID;

CREATE TABLE finding_state (
  id INTEGER PRIMARY KEY,
  finding INTEGER NOT NULL REFERENCES finding,
  key INTEGER NOT NULL,
  act INTEGER NOT NULL CHECK (act IN (0, 1)),
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  confirmed INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
  owner TEXT,
  host_name TEXT,
  system TEXT,
  tags TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  due INTEGER,
  overdue INTEGER NOT NULL CHECK (overdue IN (0, 1)),
  evidence TEXT NOT NULL,
  carried TEXT,
  exception TEXT,
  profile_file TEXT,
  profile_line INTEGER,
  UNIQUE (finding, key, act)
) STRICT;

CREATE TABLE "finding_transition" (
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
  retracts INTEGER REFERENCES "finding_transition"
) STRICT;

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

CREATE TABLE head (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  digest BLOB NOT NULL,
  PRIMARY KEY (vantage, host)
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

CREATE TABLE host (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  address TEXT NOT NULL,
  UNIQUE (realm, address)
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

CREATE TABLE host_value (
  id INTEGER PRIMARY KEY,
  track TEXT NOT NULL CHECK (track IN ('presence', 'occupant', 'names')),
  value TEXT NOT NULL,
  UNIQUE (track, value)
) STRICT;

CREATE TABLE hostset (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  n INTEGER NOT NULL,
  members BLOB NOT NULL
) STRICT;

CREATE TABLE identified (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE judgement (
  run INTEGER PRIMARY KEY REFERENCES run,
  judged_at INTEGER NOT NULL,
  zone TEXT NOT NULL,
  names INTEGER NOT NULL REFERENCES kept_text
) STRICT;

CREATE TABLE kept_text (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  packed INTEGER NOT NULL CHECK (packed IN (0, 1)),
  content BLOB NOT NULL
) STRICT;

CREATE TABLE port_hosts (protoport INTEGER PRIMARY KEY, members BLOB NOT NULL) STRICT;

CREATE TABLE portset (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE profile (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE profile_file (
  profile INTEGER NOT NULL REFERENCES profile,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  text INTEGER NOT NULL REFERENCES kept_text,
  PRIMARY KEY (profile, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE published (run INTEGER PRIMARY KEY, lines BLOB NOT NULL) STRICT;

CREATE TABLE quiet (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  portset INTEGER NOT NULL REFERENCES portset,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES quiet_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, portset, from_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE quiet_value (id INTEGER PRIMARY KEY, groups TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE realm (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE roster (
  run INTEGER NOT NULL REFERENCES run,
  trait TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, trait)
) STRICT, WITHOUT ROWID;

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
  cells_covered INTEGER, recall TEXT, silenced TEXT NOT NULL DEFAULT '[]', disbelieved TEXT NOT NULL DEFAULT '[]', request TEXT, sittings TEXT NOT NULL DEFAULT '[]',
  UNIQUE (vantage, key)
) STRICT;

CREATE TABLE run_owner (
  run INTEGER PRIMARY KEY REFERENCES run,
  hostname TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL
, progress TEXT, stop_asked INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE service_value (id INTEGER PRIMARY KEY, service TEXT NOT NULL UNIQUE) STRICT;

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
  error TEXT, addresses TEXT NOT NULL DEFAULT '', pace REAL NOT NULL DEFAULT 1,
  PRIMARY KEY (run, id, attempt)
) STRICT;

CREATE TABLE tracks (
  id INTEGER PRIMARY KEY,
  vantage INTEGER NOT NULL REFERENCES vantage,
  host INTEGER NOT NULL REFERENCES host,
  packed BLOB NOT NULL,
  UNIQUE (vantage, host)
) STRICT;

CREATE TABLE unjudged (
  run INTEGER NOT NULL REFERENCES run,
  reason TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;

CREATE TABLE unproved (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;

CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  guess TEXT NOT NULL,
  UNIQUE (state, reason, proof, guess)
) STRICT;

CREATE TABLE vantage (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  name TEXT NOT NULL,
  UNIQUE (realm, name)
) STRICT;

CREATE TABLE wording (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  kind INTEGER NOT NULL,
  name INTEGER NOT NULL,
  key INTEGER NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (host, vantage, kind, name, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE working_coverage (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL,
  PRIMARY KEY (run, host, portset)
) STRICT, WITHOUT ROWID;

CREATE TABLE working_host (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  presence TEXT NOT NULL CHECK (presence IN ('alive', 'silent', 'vanished')),
  has_mac INTEGER NOT NULL,
  has_names INTEGER NOT NULL,
  identified INTEGER NOT NULL,
  unjudged TEXT, alive_reason TEXT,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;

CREATE INDEX asset_list_of_source ON asset_list (source, holds_from);

CREATE INDEX change_correction ON change (recorded_at) WHERE recorded_at IS NOT NULL;

CREATE INDEX finding_of_address ON finding (address);

CREATE INDEX finding_of_vantage ON finding (vantage);

CREATE INDEX finding_transition_of_finding ON finding_transition (finding);

CREATE INDEX finding_transition_of_run ON finding_transition (run);

CREATE UNIQUE INDEX finding_transition_retracted ON finding_transition (retracts) WHERE retracts IS NOT NULL;

CREATE INDEX hole_of_host ON hole (host, protoport, run);

CREATE INDEX identified_of_host ON identified (host, run);

CREATE INDEX import_of_hash ON import (file_hash);

CREATE INDEX run_going ON run (id) WHERE outcome = 'running';

CREATE INDEX unproved_of_host ON unproved (host, run);
