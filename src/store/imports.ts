import type { Readable } from "node:stream";
import type { Instant, Run, RunId } from "../facts/run.js";
import { fileKey, undatedKey } from "../history/runKey.js";
import { freeKey, insertRun, type RunDraft } from "./beginRun.js";
import { writeCoverage } from "./compactRun.js";
import { type RunEnd, writeFigures } from "./endRun.js";
import { explained } from "./explainFault.js";
import { giveWay } from "./importGroup.js";
import { realmId, vantageId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { recordStaged } from "./recordStaged.js";
import { storedRun } from "./runs.js";
import { openStage, type Stage } from "./stage.js";
import type { StagedChunk } from "./stagedHosts.js";

/** The file of an import. */
export interface ImportFile {
  /** As the user named it. */
  readonly name: string;
  /** SHA-256 of its plain bytes, hexadecimal; names the kept XML too. */
  readonly hash: string;
  /** How many these are. */
  readonly bytes: number;
  /** nmap's `scanner` with its version, and its command line, as the file tells them; hostile text. */
  readonly scanner: string;
  readonly args: string;
  /** Whether the file tells when it was made. One that does not is kept apart: it proves nothing at any time. */
  readonly dated: boolean;
}

export interface ImportRecord extends ImportFile {
  readonly run: RunId;
  readonly importedAt: Instant;
}

/** A file on its way into the store; nothing of it is to be seen there until `end`. */
export interface Import {
  /**
   * Takes what the file says of these hosts; a host named again replaces what was said of it.
   * @param part of the file, where several are read at once: each tells names of its own
   */
  add(hosts: StagedChunk, part?: number): void;
  /** Records all of it as one run, in one transaction. @returns the run that has the file, should another have been quicker */
  end(end: RunEnd): Run;
  /** After `end`: whether another was quicker. */
  wasKnown(): boolean;
  abandon(): void;
}

/** Where files go. */
export interface ImportStore {
  beginImport(draft: RunDraft, file: ImportFile): BegunImport;
  keepXmlFrom(sha256: string, source: Readable): Promise<void>;
}

/** `known`: the run that has the same bytes at the same vantage; there is nothing to do then. */
export type BegunImport =
  | { readonly known: Run; readonly import: null }
  | { readonly known: null; readonly import: Import };

/**
 * Begins to take a file. It takes no lock: hosts are gathered beside the database, in memory and then in a temporary
 * file, and written when the file has ended. So a live run may go on beside it, which waits for the write at most; and
 * whoever is killed leaves the database as it was.
 * @param draft `startedAt` is what orders it: the file's start, else its first host's, else its finish
 * @param staged hosts that were gathered before
 */
export function beginImport(
  ledger: Ledger,
  draft: RunDraft,
  file: ImportFile,
  staged: Stage | null = null,
): BegunImport {
  if (!/^[0-9a-f]{64}$/.test(file.hash)) throw new RangeError(`${file.hash} is no SHA-256`);
  const known = ledger.read(() => runOfFile(ledger, file.hash, draft));
  if (known !== null) return { known, import: null };
  const stage = staged ?? openStage(ledger.database);
  let wasKnown = false;
  return {
    known: null,
    import: {
      add: (hosts, part) => explained(STAGED, () => stage.add(hosts, part)),
      wasKnown: () => wasKnown,
      end(end) {
        try {
          const run = ledger.write(() => {
            // Another process may have taken the same file meanwhile.
            const quicker = runOfFile(ledger, file.hash, draft);
            wasKnown = quicker !== null;
            return quicker ?? recordImport(ledger, draft, file, stage, end);
          });
          giveWay(ledger);
          return run;
        } finally {
          stage.close();
        }
      },
      abandon: () => stage.close(),
    },
  };
}

/** Where more hosts are than memory is to hold; as SQLite chooses the folder. */
export const STAGED = "the temporary file for hosts (in TMPDIR, else in /var/tmp)";

/** The run that took these bytes at this realm and vantage; null where none did. */
export function runOfFile(
  ledger: Ledger,
  hash: string,
  { realm, vantage }: Pick<RunDraft, "realm" | "vantage">,
): Run | null {
  const rows = ledger.sql<{ run: RunId }>("SELECT run FROM import WHERE file_hash = ? ORDER BY run");
  for (const { run } of rows.all(hash)) {
    const stored = storedRun(ledger, run).run;
    if (stored.realm === realm && stored.vantage === vantage) return stored;
  }
  return null;
}

/** Where a run was imported from; null for a live one. */
export function importOf(ledger: Ledger, run: RunId): ImportRecord | null {
  const row = ledger
    .sql<{
      file: string;
      file_hash: string;
      bytes: number;
      scanner: string;
      args: string;
      imported_at: number;
      dated: number;
    }>("SELECT * FROM import WHERE run = ?")
    .get(run);
  if (row === undefined) return null;
  const { file: name, file_hash: hash, bytes, scanner, args, imported_at: importedAt, dated } = row;
  return { run, name, hash, bytes, scanner, args, importedAt, dated: dated === 1 };
}

function recordImport(ledger: Ledger, draft: RunDraft, file: ImportFile, stage: Stage, end: RunEnd): Run {
  const vantage = vantageId(ledger, realmId(ledger, draft.realm), draft.vantage);
  const startedAt = draft.startedAt ?? end.endedAt;
  const key = file.dated ? fileKey(startedAt, file.hash) : undatedKey(file.hash);
  const place = { vantage, key: freeKeyOf(ledger, vantage, key), startedAt };
  const id = insertRun(
    ledger,
    { ...draft, source: "import", addressCount: end.addressCount ?? draft.addressCount },
    place,
  );
  if (file.dated) writeCoverage(ledger, id, recordStaged(ledger, id, stage));
  ledger
    .sql("INSERT INTO import VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    .run(id, file.name, file.hash, file.bytes, file.scanner, file.args, ledger.now(), file.dated ? 1 : 0);
  ledger
    .sql("UPDATE run SET outcome = ?, why = ?, ended_at = ? WHERE id = ?")
    .run(end.outcome, end.why, end.endedAt, id);
  writeFigures(ledger, id, end);
  return storedRun(ledger, id).run;
}

/** Undated keys grow downwards, so that none is taken for a date. */
function freeKeyOf(ledger: Ledger, vantage: number, key: number): number {
  if (key >= 0) return freeKey(ledger, vantage, key, 1);
  return freeKey(ledger, vantage, key, -1);
}
