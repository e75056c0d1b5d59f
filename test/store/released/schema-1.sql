PRAGMA foreign_keys = OFF;
BEGIN;
CREATE TABLE realm (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO realm VALUES (1, 'default');
CREATE TABLE vantage (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  name TEXT NOT NULL,
  UNIQUE (realm, name)
) STRICT;
INSERT INTO vantage VALUES (1, 1, 'bastion');
INSERT INTO vantage VALUES (2, 1, 'internet');
CREATE TABLE host (
  id INTEGER PRIMARY KEY,
  realm INTEGER NOT NULL REFERENCES realm,
  address TEXT NOT NULL,
  UNIQUE (realm, address)
) STRICT;
INSERT INTO host VALUES (1, 1, '10.0.0.1');
INSERT INTO host VALUES (2, 1, '10.0.0.2');
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
INSERT INTO run VALUES (1, 1, 86400000, 'live', NULL, 'alice', 86400000, 90000000, 'complete', NULL, 'raw', 'T:1-100', '["10.0.0.0/24"]', '[]', 256, 500, '7.93', '[]', 'ab', '[]', 1, 1, 1);
INSERT INTO run VALUES (2, 1, 172800007, 'live', NULL, 'alice', 172800007, 176400007, 'complete', NULL, 'raw', 'T:1-100', '["10.0.0.0/24"]', '[]', 256, 500, '7.93', '[]', NULL, '[]', 1, 1, 1);
INSERT INTO run VALUES (3, 2, 259200000, 'live', NULL, 'alice', 259200000, NULL, 'running', NULL, 'raw', 'T:1-100', '["10.0.0.0/24"]', '[]', 256, 500, '7.93', '[]', NULL, '[]', NULL, NULL, NULL);
CREATE TABLE run_owner (
  run INTEGER PRIMARY KEY REFERENCES run,
  hostname TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid_namespace TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL
) STRICT;
INSERT INTO run_owner VALUES (3, 'vm', '49e2b10e-14b0-4235-96f0-1bfffb4156a2', 'pid:[4026531836]', 27486, 1830272, 1795616042746);
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
CREATE TABLE portset (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO portset VALUES (1, 'T:1-3,22,80');
INSERT INTO portset VALUES (2, 'T:22');
INSERT INTO portset VALUES (3, 'T:25');
INSERT INTO portset VALUES (4, 'T:22,80');
INSERT INTO portset VALUES (5, 'T:443');
CREATE TABLE hostset (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  n INTEGER NOT NULL,
  members BLOB NOT NULL
) STRICT;
INSERT INTO hostset VALUES (1, X'faee935763044f124d7526755a5058a33f9402a595994d59eddd4be8546ff201', 1, X'000100');
INSERT INTO hostset VALUES (2, X'dbbc7025e89eb9b1ec9e8e2c7a2db6869dbb50fba21bf374c86529dc311cede9', 1, X'000200');
INSERT INTO hostset VALUES (3, X'fbb59ed10e9cd4ff45a12c5bb92cbd80df984ba1fe60f26a30febf218e2f0f5e', 2, X'000101');
CREATE TABLE coverage (
  run INTEGER NOT NULL REFERENCES run,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL CHECK (grade IN ('full', 'positive-only')),
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, portset, grade)
) STRICT, WITHOUT ROWID;
INSERT INTO coverage VALUES (1, 1, 'full', 1);
INSERT INTO coverage VALUES (1, 3, 'full', 2);
INSERT INTO coverage VALUES (2, 4, 'full', 1);
CREATE TABLE roster (
  run INTEGER NOT NULL REFERENCES run,
  trait TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, trait)
) STRICT, WITHOUT ROWID;
INSERT INTO roster VALUES (1, 'alive', 3);
INSERT INTO roster VALUES (2, 'alive', 1);
CREATE TABLE unjudged (
  run INTEGER NOT NULL REFERENCES run,
  reason TEXT NOT NULL,
  hostset INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, reason)
) STRICT, WITHOUT ROWID;
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
INSERT INTO working_host VALUES (3, 1, 'alive', 0, 0, 0, NULL);
CREATE TABLE working_coverage (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  grade TEXT NOT NULL,
  PRIMARY KEY (run, host, portset)
) STRICT, WITHOUT ROWID;
INSERT INTO working_coverage VALUES (3, 1, 5, 'full');
CREATE TABLE unproved (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;
CREATE TABLE doubt (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  confidence TEXT NOT NULL,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host, confidence)
) STRICT, WITHOUT ROWID;
CREATE TABLE identified (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  portset INTEGER NOT NULL REFERENCES portset,
  PRIMARY KEY (run, host)
) STRICT, WITHOUT ROWID;
INSERT INTO identified VALUES (1, 1, 2);
CREATE TABLE hole (
  run INTEGER NOT NULL REFERENCES run,
  host INTEGER NOT NULL REFERENCES host,
  protoport INTEGER NOT NULL,
  silent_share REAL NOT NULL,
  neighbours_asked INTEGER NOT NULL,
  neighbours_answered INTEGER NOT NULL,
  PRIMARY KEY (run, host, protoport)
) STRICT, WITHOUT ROWID;
CREATE TABLE value (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  proof TEXT NOT NULL,
  guess TEXT NOT NULL,
  UNIQUE (state, reason, proof, guess)
) STRICT;
INSERT INTO value VALUES (1, 'open', 'syn-ack', 'open', '');
INSERT INTO value VALUES (2, 'closed', 'reset', 'closed', '');
CREATE TABLE span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  protoport INTEGER NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, protoport, from_key)
) STRICT, WITHOUT ROWID;
INSERT INTO span VALUES (1, 1, 22, 86400000, 1, NULL);
INSERT INTO span VALUES (1, 1, 80, 86400000, 1, 172800007);
INSERT INTO span VALUES (1, 1, 80, 172800007, 2, NULL);
INSERT INTO span VALUES (1, 2, 443, 259200000, 1, NULL);
INSERT INTO span VALUES (2, 1, 25, 86400000, 1, NULL);
CREATE TABLE service_value (id INTEGER PRIMARY KEY, service TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO service_value VALUES (1, '{"name":"ssh","product":"OpenSSH","version":"9.2","extraInfo":null,"tunnel":null,"method":"probed","confidence":10,"hostname":null,"osType":null,"deviceType":null,"cpes":[]}');
CREATE TABLE service_span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  protoport INTEGER NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES service_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, protoport, from_key)
) STRICT, WITHOUT ROWID;
INSERT INTO service_span VALUES (1, 1, 22, 86400000, 1, NULL);
CREATE TABLE quiet_value (id INTEGER PRIMARY KEY, groups TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO quiet_value VALUES (1, '[["closed","reset","closed",null]]');
INSERT INTO quiet_value VALUES (2, '[]');
CREATE TABLE quiet (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  portset INTEGER NOT NULL REFERENCES portset,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES quiet_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, portset, from_key)
) STRICT, WITHOUT ROWID;
INSERT INTO quiet VALUES (1, 1, 1, 86400000, 1, NULL);
INSERT INTO quiet VALUES (1, 1, 4, 172800007, 2, NULL);
INSERT INTO quiet VALUES (1, 2, 5, 259200000, 2, NULL);
INSERT INTO quiet VALUES (2, 1, 3, 86400000, 2, NULL);
CREATE TABLE host_value (
  id INTEGER PRIMARY KEY,
  track TEXT NOT NULL CHECK (track IN ('presence', 'occupant', 'names')),
  value TEXT NOT NULL,
  UNIQUE (track, value)
) STRICT;
INSERT INTO host_value VALUES (1, 'presence', '{"presence":"alive","reason":"echo-reply"}');
CREATE TABLE host_span (
  host INTEGER NOT NULL REFERENCES host,
  vantage INTEGER NOT NULL REFERENCES vantage,
  track TEXT NOT NULL,
  from_key INTEGER NOT NULL,
  value INTEGER NOT NULL REFERENCES host_value,
  until_key INTEGER,
  PRIMARY KEY (host, vantage, track, from_key)
) STRICT, WITHOUT ROWID;
INSERT INTO host_span VALUES (1, 1, 'presence', 86400000, 1, NULL);
INSERT INTO host_span VALUES (1, 2, 'presence', 259200000, 1, NULL);
INSERT INTO host_span VALUES (2, 1, 'presence', 86400000, 1, NULL);
CREATE TABLE change_value (id INTEGER PRIMARY KEY, what TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO change_value VALUES (1, '["first-seen",null,"open"]');
INSERT INTO change_value VALUES (2, '["closed","open","closed"]');
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
INSERT INTO change VALUES (1, 1, 22, 1, 0, NULL, NULL, 0);
INSERT INTO change VALUES (1, 1, 80, 1, 0, NULL, NULL, 0);
INSERT INTO change VALUES (1, 2, 25, 1, 0, NULL, NULL, 0);
INSERT INTO change VALUES (2, 1, 80, 2, 0, 1, NULL, 0);
INSERT INTO change VALUES (3, 1, 443, 1, 0, NULL, NULL, 0);
CREATE INDEX run_going ON run (id) WHERE outcome = 'running';
CREATE INDEX hole_of_host ON hole (host, protoport, run);
CREATE TRIGGER change_is_kept BEFORE DELETE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) <> 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
CREATE TRIGGER change_is_final BEFORE UPDATE ON change
WHEN (SELECT outcome FROM run WHERE id = OLD.run) <> 'running'
BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
COMMIT;
PRAGMA application_id = 1347572822;
PRAGMA user_version = 1;
