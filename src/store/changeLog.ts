import type { LoggedChange } from "../facts/answer.js";
import type { Instant, RunId } from "../facts/run.js";
import { CHANGE_KINDS } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import { addressOf, changeValueOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { type ProofBefore, proofsOf } from "./proofBefore.js";
import { type ChangeLine, changeLinesOf } from "./published.js";
import { isTold, WHOLE_HOST } from "./recordChanges.js";

export interface ChangeLogFilter {
  /** Lines recorded at or after this moment. */
  readonly since?: Instant;
  /** Lines on changes of this run. */
  readonly run?: RunId;
  readonly vantage?: string;
  readonly realm?: string;
}

/** A run that the log names, forgotten ones too. */
interface NamedRun {
  readonly id: RunId;
  readonly key: Key;
  readonly vantage: number;
  readonly vantage_name: string;
  readonly realm: string;
  readonly operator: string;
  readonly audit: string | null;
  readonly ended_at: Instant;
  readonly recorded_at: Instant;
  readonly forgotten: number;
  readonly imported_at: Instant | null;
}

/** A run that was taken back later was there all the same when others were recorded. */
const RUNS = `
  WITH known AS (
    SELECT run.id, key, vantage, operator, audit, coalesce(ended_at, @now) AS ended_at, imported_at, 0 AS forgotten
    FROM run LEFT JOIN import ON import.run = run.id
    UNION ALL SELECT id, key, vantage, operator, NULL, ended_at, imported_at, 1 FROM forgotten_run
  )
  SELECT known.*, coalesce(imported_at, ended_at) AS recorded_at, vantage.name AS vantage_name, realm.name AS realm
  FROM known JOIN vantage ON vantage.id = known.vantage JOIN realm ON realm.id = vantage.realm ORDER BY known.id`;

type StoredLine = readonly [run: RunId, ...line: ChangeLine];

/**
 * The change log in the order in which it was written. A change is recorded when its run ends, or while it goes on
 * (then with the present time, for it may still be amended); one of an imported run when that was imported. What a late
 * file tells is a correction from the first.
 */
export function changeLog(ledger: Ledger, filter: ChangeLogFilter = {}): LoggedChange[] {
  const { since = 0, run, vantage, realm } = filter;
  return ledger.read(() => {
    const now = ledger.now();
    const named = ledger.sql<NamedRun>(RUNS).all({ now });
    const runs = new Map(
      named
        .filter(
          (each) =>
            (run === undefined || each.id === run) &&
            (vantage === undefined || each.vantage_name === vantage) &&
            (realm === undefined || each.realm === realm),
        )
        .map((each) => [each.id, each]),
    );
    const late = lateFiles(named);
    const proofs = new Map<number, ProofBefore>();
    const lines = linesOf(ledger, runs, since);
    const isNew = newClaims(lines);
    return lines
      .map((line): readonly [at: Instant, line: StoredLine, named: NamedRun] | null => {
        const named = runs.get(line[0]);
        return named === undefined ? null : [line[5] ?? named.recorded_at, line, named];
      })
      .filter((each) => each !== null)
      .sort(
        ([atA, a], [atB, b]) =>
          atA - atB ||
          a[0] - b[0] ||
          a[1] - b[1] ||
          a[2] - b[2] ||
          isNew(a) - isNew(b) ||
          placeOfKind(ledger, a) - placeOfKind(ledger, b) ||
          a[3] - b[3] ||
          a[4] - b[4],
      )
      .map(([at, line, named]) => {
        let proof = proofs.get(named.vantage);
        if (proof === undefined) {
          proof = proofsOf(ledger, named.vantage);
          proofs.set(named.vantage, proof);
        }
        return rowOf(ledger, proof, named, late.has(named.id), at, line);
      });
  });
}

/**
 * Of one moment and place the lines on one change stand together, each after what it supersedes: first those on a change
 * that was told before, then (1) a change that a correction brought in its stead.
 */
function newClaims(lines: readonly StoredLine[]): (line: StoredLine) => number {
  const name = ([run, host, protoport, what]: StoredLine): string => `${run} ${host} ${protoport} ${what}`;
  const brought = new Set(lines.filter((line) => line[4] === 0 && line[5] !== null).map(name));
  return brought.size === 0 ? () => 0 : (line) => (brought.has(name(line)) ? 1 : 0);
}

function placeOfKind(ledger: Ledger, line: StoredLine): number {
  return CHANGE_KINDS.indexOf(changeValueOf(ledger, line[3]).kind);
}

/** Files that were recorded when runs with later keys were there: their changes amend the past. @param runs by number */
function lateFiles(runs: readonly NamedRun[]): ReadonlySet<RunId> {
  const newest = new Map<number, Key>();
  const late = new Set<RunId>();
  for (const { id, key, vantage, imported_at } of runs) {
    const last = newest.get(vantage) ?? Number.NEGATIVE_INFINITY;
    if (imported_at !== null && key < last) late.add(id);
    newest.set(vantage, Math.max(last, key));
  }
  return late;
}

/** Runs first: of the lines that came with a run, those of runs that are too old are never read. */
function linesOf(ledger: Ledger, runs: ReadonlyMap<RunId, NamedRun>, since: Instant): StoredLine[] {
  const lines: StoredLine[] = [];
  for (const { id, recorded_at } of runs.values()) {
    if (recorded_at < since) continue;
    for (const line of changeLinesOf(ledger, id)) if (line[4] === null) lines.push([id, ...line]);
  }
  const corrections = ledger.rows<[run: RunId, ...line: ChangeLine]>(
    "SELECT run, host, protoport, what, serial, recorded_at FROM change WHERE recorded_at >= ?",
  );
  for (const line of corrections.all(since)) if (runs.has(line[0])) lines.push(line);
  return lines;
}

function rowOf(
  ledger: Ledger,
  proofs: ProofBefore,
  named: NamedRun,
  isLate: boolean,
  at: Instant,
  [run, host, protoport, what, serial, recordedAt]: StoredLine,
): LoggedChange {
  const port = protoport === WHOLE_HOST ? null : portOfCode(protoport);
  const { kind, from, to } = changeValueOf(ledger, what);
  const before = proofs(host, protoport, { key: named.key, kind, from });
  const isFirst = recordedAt === null && !isLate;
  return {
    run,
    timeFrom: before === null ? null : (before.endedAt ?? before.startedAt),
    timeTo: named.ended_at,
    address: addressOf(ledger, host),
    protocol: port?.protocol ?? null,
    port: port?.port ?? null,
    kind,
    before: from,
    after: to,
    vantage: named.vantage_name,
    operator: named.operator,
    realm: named.realm,
    audit: named.audit,
    serial,
    recordedAt: at,
    act: !isTold(serial) ? "retracted" : isFirst ? "told" : "corrected",
    supersedes: serial === 0 ? null : serial - 1,
    isForgotten: named.forgotten === 1,
  };
}
