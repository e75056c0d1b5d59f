/** What a run knows that it missed, whom it harmed, and what another process needs to watch it, stop it or go on with it. */
import type { Migration } from "./migration.js";

export const runControl: Migration = {
  number: 4,
  title: "recall, hosts that fell silent, and the control of a run",
  sql: `
-- JSON of facts/run.ts, Recall: how many of the open ports it found. NULL: not stated (older runs, files).
ALTER TABLE run ADD COLUMN recall TEXT;
-- JSON list of facts/run.ts, SilencedHost: hosts that answered, and no more at its end.
ALTER TABLE run ADD COLUMN silenced TEXT NOT NULL DEFAULT '[]';
-- JSON list: addresses and networks whose answers are not believed (middlebox, tarpit), with the reason.
ALTER TABLE run ADD COLUMN disbelieved TEXT NOT NULL DEFAULT '[]';
-- JSON of what the run was asked: --resume goes by it. NULL: it cannot be resumed.
ALTER TABLE run ADD COLUMN request TEXT;
-- JSON list of facts/run.ts, Sitting: the periods it was carried out in, once it was taken up again. [] before that.
ALTER TABLE run ADD COLUMN sittings TEXT NOT NULL DEFAULT '[]';
-- The addresses asked (10.0.0.1-10.0.0.9,10.0.1.2): its XML does not name those that are down.
ALTER TABLE shard ADD COLUMN addresses TEXT NOT NULL DEFAULT '';
-- The share of the packet budget that was in use: what was lost at another pace is no witness of this one.
ALTER TABLE shard ADD COLUMN pace REAL NOT NULL DEFAULT 1;
-- JSON of facts/run.ts, RunProgress: as of the last heartbeat. NULL once it has ended.
ALTER TABLE run_owner ADD COLUMN progress TEXT;
-- 1: finish the shards in flight; 2: stop at once. Written by another process (runs stop).
ALTER TABLE run_owner ADD COLUMN stop_asked INTEGER NOT NULL DEFAULT 0;
`,
};
