import { PortreeveError } from "../facts/error.js";
import type { RunId } from "../facts/run.js";
import { beginsAt } from "../history/trackPack.js";
import { dropHead } from "./head.js";
import { importOf } from "./imports.js";
import { dropXml } from "./keptXml.js";
import type { Ledger } from "./ledger.js";
import { placeHost } from "./placeHost.js";
import { openRecording, type Recording } from "./recording.js";
import { recordJudgement } from "./recordJudgement.js";
import { idOfRun, type RunRef, type StoredRun, storedRun } from "./runs.js";

/** Rows of a run that nothing else depends on. */
const OWN_TABLES = [
  "coverage",
  "roster",
  "unjudged",
  "unproved",
  "doubt",
  "identified",
  "hole",
  "shard",
  "judgement",
  "import",
];

/**
 * Takes a run back, as if it had never been there: its spans and its coverage go, and what it had contradicted is one
 * again. Only the change log still names it, with a row that takes each of its changes back. Its XML goes where no
 * other run has it.
 * @throws PortreeveError `usage` where there is no such run, `failed` where it is going on, or later runs carry findings
 *   that it judged
 */
export function forgetRun(ledger: Ledger, ref: RunRef): void {
  const unused = ledger.write(() => {
    const stored = storedRun(ledger, idOfRun(ref));
    refuseIfNeeded(ledger, stored);
    const { id } = stored.run;
    takeJudgementBack(ledger, id);
    const recording = openRecording(ledger, stored);
    const run = recording.runs().find(({ key }) => key === stored.key);
    for (const trait of ["alive", "silent", "vanished"] as const) {
      for (const host of run?.coverage.list(trait) ?? []) {
        if (trait === "silent" || hasTrace(recording, host)) placeHost(recording, host, null);
        dropHead(ledger, { host, vantage: stored.vantage });
      }
    }
    const hashes = xmlOf(ledger, id);
    keepName(ledger, stored);
    for (const table of OWN_TABLES) ledger.sql(`DELETE FROM ${table} WHERE run = ?`).run(id);
    ledger.sql("DELETE FROM run WHERE id = ?").run(id);
    ledger.coverage.delete(id);
    return hashes.filter((hash) => !isNamed(ledger, hash));
  });
  for (const hash of unused) dropXml(ledger.path, hash);
}

/** Whether a span begins with the run, or it used words of its own: else the tracks are the same without it. */
function hasTrace({ ledger, stored }: Recording, host: number): boolean {
  const { vantage, key } = stored;
  const packed = ledger
    .rows<[Uint8Array]>("SELECT packed FROM tracks WHERE vantage = ? AND host = ?")
    .get(vantage, host);
  if (packed !== undefined && beginsAt(packed[0], key)) return true;
  const parts = ["quiet", "host_span"].map(
    (table) => `SELECT 1 FROM ${table} WHERE host = @host AND vantage = @vantage AND from_key = @key`,
  );
  parts.push("SELECT 1 FROM wording WHERE host = @host AND vantage = @vantage AND key = @key");
  return ledger.sql(`${parts.join(" UNION ALL ")} LIMIT 1`).get({ host, vantage, key }) !== undefined;
}

function refuseIfNeeded(ledger: Ledger, { run, working }: StoredRun): void {
  if (working) {
    throw new PortreeveError("failed", `run ${run.id} is going on: it cannot be taken back`, {
      hint: "stop it first: `portreeve runs stop`",
    });
  }
  const carried = ledger.sql("SELECT 1 FROM finding_seen WHERE judged_by = ? AND run <> ? LIMIT 1");
  if (carried.get(run.id, run.id) !== undefined) {
    throw new PortreeveError("failed", `later runs carry findings that run ${run.id} judged`, {
      hint: "judge those anew first: `portreeve check --run N`",
    });
  }
}

/** As if it had told of no finding; what the log said of it is retracted there. */
function takeJudgementBack(ledger: Ledger, run: RunId): void {
  const row = ledger.sql<{ zone: string }>("SELECT zone FROM judgement WHERE run = ?").get(run);
  if (row === undefined) return;
  const basis = { profileHash: null, profile: [], names: new Map(), zone: row.zone };
  recordJudgement(ledger, run, { basis, findings: [], transitions: [] });
}

function keepName(ledger: Ledger, { run, vantage, key }: StoredRun): void {
  const imported = importOf(ledger, run.id);
  ledger
    .sql("INSERT INTO forgotten_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    .run(
      run.id,
      vantage,
      run.source,
      run.operator,
      run.startedAt,
      run.endedAt ?? run.startedAt,
      imported?.hash ?? null,
      ledger.now(),
      key,
      imported?.importedAt ?? null,
    );
}

function xmlOf(ledger: Ledger, run: RunId): string[] {
  return ledger
    .rows<[string]>(
      `SELECT xml_sha256 FROM shard WHERE run = ? AND xml_sha256 IS NOT NULL
       UNION SELECT file_hash FROM import WHERE run = ?`,
    )
    .all(run, run)
    .map(([hash]) => hash);
}

function isNamed(ledger: Ledger, hash: string): boolean {
  const row = ledger
    .sql(
      "SELECT 1 FROM shard WHERE xml_sha256 = ? UNION ALL SELECT 1 FROM import WHERE file_hash = ? LIMIT 1",
    )
    .get(hash, hash);
  return row !== undefined;
}
