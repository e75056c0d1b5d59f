import type { Migration } from "./migration.js";

/** What runs were judged by and what came of it; asset lists. The reviewed text is in test/store/schema.sql. */
export const findings: Migration = {
  number: 2,
  title: "findings",
  sql: `
-- Long texts, each stored once, by the SHA-256 of the plain text. packed: content is deflated.
CREATE TABLE kept_text (
  id INTEGER PRIMARY KEY,
  sha BLOB NOT NULL UNIQUE,
  packed INTEGER NOT NULL CHECK (packed IN (0, 1)),
  content BLOB NOT NULL
) STRICT;

-- Profiles by the hash that run.profile_hash names, with the files they are made of, the leading one at place 0.
CREATE TABLE profile (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE profile_file (
  profile INTEGER NOT NULL REFERENCES profile,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  text INTEGER NOT NULL REFERENCES kept_text,
  PRIMARY KEY (profile, place)
) STRICT, WITHOUT ROWID;

-- What a run was judged by, beside run.profile_hash. names: JSON list of [name, [address, …]].
CREATE TABLE judgement (
  run INTEGER PRIMARY KEY REFERENCES run,
  judged_at INTEGER NOT NULL,
  zone TEXT NOT NULL,
  names INTEGER NOT NULL REFERENCES kept_text
) STRICT;

-- Findings. What never changes of one, and where it stands now: its newest state, the last run that judged it, and the
-- last that told of it, which is a later one where the finding is only carried. state NULL: no run tells of it any more,
-- for the only one that did was judged again.
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
CREATE INDEX finding_of_vantage ON finding (vantage);
CREATE INDEX finding_of_address ON finding (address);
-- The rest, as spans: a state holds from the run with this key (act = 0), or from a person's act after that run and
-- before the next (act = 1), until the finding's next state. A run that only confirms adds none.
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
-- Which findings a run told of, a row for all that were judged last by one run (mostly this one) and last seen at one
-- time. hostset.members holds finding.id here.
CREATE TABLE finding_seen (
  run INTEGER NOT NULL REFERENCES run,
  judged_by INTEGER NOT NULL REFERENCES run,
  last_seen INTEGER NOT NULL,
  findings INTEGER NOT NULL REFERENCES hostset,
  PRIMARY KEY (run, judged_by, last_seen)
) STRICT, WITHOUT ROWID;

-- From one status to another, with whom and why; key and act as in finding_state. retracts names an earlier row that does
-- not hold any more, for its run was judged again.
CREATE TABLE finding_transition (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  finding INTEGER NOT NULL REFERENCES finding,
  run INTEGER NOT NULL REFERENCES run,
  key INTEGER NOT NULL,
  act INTEGER NOT NULL CHECK (act IN (0, 1)),
  at INTEGER NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  person TEXT NOT NULL,
  why TEXT NOT NULL,
  retracts INTEGER REFERENCES finding_transition
) STRICT;
CREATE INDEX finding_transition_of_finding ON finding_transition (finding);
CREATE INDEX finding_transition_of_run ON finding_transition (run);
-- Partial, or the planner would look up "retracts IS NULL", which nearly all are.
CREATE UNIQUE INDEX finding_transition_retracted ON finding_transition (retracts) WHERE retracts IS NOT NULL;
CREATE TRIGGER finding_transition_is_kept BEFORE DELETE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;
CREATE TRIGGER finding_transition_is_final BEFORE UPDATE ON finding_transition
BEGIN SELECT RAISE(ABORT, 'the log of findings is append-only'); END;

-- Rows of asset lists, each stored once whatever lists it is in. realm NULL: any; it may be one that no run has used.
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
-- One import each. assets: JSON list of [first asset.id, how many], in the order of the file.
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
CREATE INDEX asset_list_of_source ON asset_list (source, holds_from);
`,
};
