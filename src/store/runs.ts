import { PortreeveError } from "../facts/error.js";
import type {
  Disbelieved,
  Instant,
  Method,
  Outcome,
  Recall,
  Run,
  RunId,
  SilencedHost,
} from "../facts/run.js";
import type { Key } from "../history/span.js";
import type { Ledger } from "./ledger.js";
import { isAlive, type RunOwner, thisProcess } from "./owner.js";

/** A run with what orders and places it. */
export interface StoredRun {
  readonly run: Run;
  readonly key: Key;
  readonly vantage: number;
  readonly realm: number;
  /** Whether its rows are the working ones; a run whose owner died reads as `interrupted` and still has those. */
  readonly working: boolean;
}

/** A run, or its number. */
export type RunRef = RunId | { readonly id: RunId };

export function idOfRun(run: RunRef): RunId {
  return typeof run === "number" ? run : run.id;
}

export interface RunFilter {
  readonly audit?: string | null;
  readonly vantage?: string;
  readonly realm?: string;
  readonly outcomes?: readonly Outcome[];
  /** The newest ones first to be kept. */
  readonly limit?: number;
}

interface RunRow {
  readonly id: number;
  readonly vantage: number;
  readonly vantage_name: string;
  readonly realm: number;
  readonly realm_name: string;
  readonly key: number;
  readonly source: "live" | "import";
  readonly audit: string | null;
  readonly operator: string;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly outcome: Outcome;
  readonly why: string | null;
  readonly method: Method;
  readonly ports: string;
  readonly targets: string;
  readonly exclusions: string;
  readonly address_count: number;
  readonly rate: number;
  readonly nmap_version: string;
  readonly sources: string;
  readonly profile_hash: string | null;
  readonly warnings: string;
  readonly coverage: number | null;
  readonly cells_due: number | null;
  readonly cells_covered: number | null;
  readonly recall: string | null;
  readonly silenced: string;
  readonly disbelieved: string;
}

const SELECT = `SELECT run.*, vantage.name AS vantage_name, vantage.realm AS realm, realm.name AS realm_name
  FROM run JOIN vantage ON vantage.id = run.vantage JOIN realm ON realm.id = vantage.realm`;

/** Runs by number, the newest first. A run whose owner died is shown as `interrupted`; nothing is written. */
export function listRuns(ledger: Ledger, filter: RunFilter = {}): Run[] {
  return ledger.read(() => {
    const rows = ledger.sql<RunRow>(`${SELECT} ORDER BY run.id DESC`).all();
    const runs = rows.map((row) => storedRunOf(ledger, row).run).filter((run) => isWanted(run, filter));
    return filter.limit === undefined ? runs : runs.slice(0, filter.limit);
  });
}

/** @throws PortreeveError `usage` where there is no such run */
export function getRun(ledger: Ledger, id: RunId): Run {
  return ledger.read(() => storedRun(ledger, id).run);
}

/**
 * The newest run of these that proved something or still may, by its date, not by when it was recorded; null where there
 * is none.
 */
export function lastRun(ledger: Ledger, filter: RunFilter = {}): Run | null {
  return ledger.read(() => {
    const rows = ledger.sql<RunRow>(`${SELECT} WHERE run.key >= 0 ORDER BY run.key DESC, run.id DESC`);
    for (const row of rows.all()) {
      const { run } = storedRunOf(ledger, row);
      if (isWanted(run, filter)) return run;
    }
    return null;
  });
}

export function storedRun(ledger: Ledger, id: RunId): StoredRun {
  const row = ledger.sql<RunRow>(`${SELECT} WHERE run.id = ?`).get(id);
  if (row === undefined) {
    throw new PortreeveError("usage", `there is no run ${id} in ${ledger.path}`, {
      hint: "`portreeve runs` lists them",
    });
  }
  return storedRunOf(ledger, row);
}

/** The runs of a vantage up to a key, the newest first; undated ones, which have proved nothing, are not among them. */
export function runsUpTo(ledger: Ledger, vantage: number, key: Key): StoredRun[] {
  const rows = ledger.sql<RunRow>(
    `${SELECT} WHERE run.vantage = ? AND run.key BETWEEN 0 AND ? ORDER BY run.key DESC`,
  );
  return rows.all(vantage, key).map((row) => storedRunOf(ledger, row));
}

export interface OwnedRun {
  readonly run: RunId;
  readonly operator: string;
  readonly startedAt: Instant;
  readonly owner: RunOwner;
  readonly heartbeatAt: Instant;
  readonly alive: boolean;
}

/** The runs that are marked as going on, and whether somebody still carries them out. */
export function runsGoingOn(ledger: Ledger, now: Instant = ledger.now()): OwnedRun[] {
  const rows = ledger
    .sql<{
      run: number;
      operator: string;
      started_at: number;
      hostname: string;
      boot_id: string;
      pid_namespace: string;
      pid: number;
      start_ticks: number;
      heartbeat_at: number;
    }>(
      `SELECT run.id AS run, run.operator, run.started_at, run_owner.* FROM run JOIN run_owner ON run_owner.run = run.id
       WHERE run.outcome = 'running' ORDER BY run.id`,
    )
    .all();
  if (rows.length === 0) return [];
  const self = thisProcess();
  return rows.map((row) => {
    const owner: RunOwner = {
      hostname: row.hostname,
      bootId: row.boot_id,
      pidNamespace: row.pid_namespace,
      pid: row.pid,
      startTicks: row.start_ticks,
    };
    return {
      run: row.run,
      operator: row.operator,
      startedAt: row.started_at,
      owner,
      heartbeatAt: row.heartbeat_at,
      alive: isAlive(owner, row.heartbeat_at, self, now),
    };
  });
}

export function whyItDied({ owner }: OwnedRun): string {
  return `its process (${owner.pid} on ${owner.hostname}) died`;
}

function storedRunOf(ledger: Ledger, row: RunRow): StoredRun {
  const working = row.outcome === "running";
  const owned = working ? runsGoingOn(ledger).find((going) => going.run === row.id) : undefined;
  const dead = owned !== undefined && !owned.alive ? owned : null;
  return {
    key: row.key,
    vantage: row.vantage,
    realm: row.realm,
    working,
    run: {
      id: row.id,
      source: row.source,
      audit: row.audit,
      vantage: row.vantage_name,
      realm: row.realm_name,
      operator: row.operator,
      startedAt: row.started_at,
      endedAt: dead === null ? row.ended_at : dead.heartbeatAt,
      outcome: dead === null ? row.outcome : "interrupted",
      why: dead === null ? row.why : whyItDied(dead),
      method: row.method,
      ports: row.ports,
      targets: listOf(row.targets),
      exclusions: listOf(row.exclusions),
      addressCount: row.address_count,
      rate: row.rate,
      nmapVersion: row.nmap_version,
      sources: listOf(row.sources),
      profileHash: row.profile_hash,
      warnings: listOf(row.warnings),
      coverage: row.coverage,
      cellsDue: row.cells_due,
      cellsCovered: row.cells_covered,
      recall: row.recall === null ? null : (JSON.parse(row.recall) as Recall),
      silenced: JSON.parse(row.silenced) as SilencedHost[],
      disbelieved: JSON.parse(row.disbelieved) as Disbelieved[],
    },
  };
}

/** Run after run has the same targets: each list is read once. */
const lists = new Map<string, readonly string[]>();
const MOST_LISTS = 1000;

function listOf<T extends string>(text: string): readonly T[] {
  const known = lists.get(text) ?? (JSON.parse(text) as readonly string[]);
  if (lists.size >= MOST_LISTS) lists.clear();
  lists.set(text, known);
  return known as readonly T[];
}

function isWanted(run: Run, { audit, vantage, realm, outcomes }: RunFilter): boolean {
  return (
    (audit === undefined || run.audit === audit) &&
    (vantage === undefined || run.vantage === vantage) &&
    (realm === undefined || run.realm === realm) &&
    (outcomes === undefined || outcomes.includes(run.outcome))
  );
}
