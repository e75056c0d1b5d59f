import type { Port } from "../facts/port.js";
import type { Instant, RunId } from "../facts/run.js";
import { keyUpTo } from "../history/runKey.js";
import type { Key } from "../history/span.js";
import { type AsOf, asOf, type KnownRun } from "./asOf.js";
import { coverageSets } from "./coverageSets.js";
import type { Ledger } from "./ledger.js";
import { lookOf, type RunLook } from "./runLook.js";
import { storedRun } from "./runs.js";
import { type Place, vantagesAt } from "./vantages.js";

/** The moment a question is about: a run, an instant, or now. */
export interface Moment extends Place {
  /** As of this run, its vantage and the hosts it asked. */
  readonly run?: RunId;
  /** As of this instant: runs that began after its second do not count. */
  readonly at?: Instant;
}

/** One vantage at a moment, with what came later: a date's answer may be contradicted by the next run. */
export interface VantageAt {
  readonly vantage: number;
  readonly name: string;
  readonly realm: string;
  /** The newest run's key at the moment. */
  readonly key: Key;
  /** The moment as a time, to count ages to. */
  readonly at: Instant;
  /** Whether the moment is one that was asked for, not now. */
  readonly isPast: boolean;
  /** The runs up to the moment, the newest first. */
  readonly looks: readonly RunLook[];
  /** The runs after it, the next one first. */
  readonly later: readonly RunLook[];
  /** The run that was asked for. */
  readonly asked: KnownRun | null;
  /** Times of every run of the vantage. */
  readonly view: AsOf;
  /** Every run of the vantage by its key. */
  readonly byKey: ReadonlyMap<Key, RunLook>;
}

/**
 * The vantages that the question is about, those without a run by then left out.
 * @throws PortreeveError `usage` where there is no such run
 */
export function vantagesAtMoment(ledger: Ledger, { run, at, ...place }: Moment): VantageAt[] {
  const stored = run === undefined ? null : storedRun(ledger, run);
  return vantagesAt(ledger, place).flatMap(({ id, vantage, realm }): VantageAt[] => {
    if (stored !== null && stored.vantage !== id) return [];
    const view = asOf(ledger, id, Number.MAX_SAFE_INTEGER);
    const last = stored?.key ?? (at === undefined ? Number.MAX_SAFE_INTEGER : keyUpTo(at));
    const newest = view.runs.find(({ key }) => (stored === null ? key <= last : key === last));
    if (newest === undefined) return [];
    const sets = coverageSets(ledger, id);
    const looks = view.runs.map((known) => lookOf(ledger, known, sets));
    const here = looks.findIndex(({ key }) => key === newest.key);
    const now = stored === null ? at : (stored.run.endedAt ?? stored.run.startedAt);
    return [
      {
        vantage: id,
        name: vantage,
        realm,
        key: newest.key,
        at: now ?? ledger.now(),
        isPast: now !== undefined,
        looks: looks.slice(here),
        later: looks.slice(0, here).reverse(),
        asked: stored === null ? null : newest,
        view,
        byKey: new Map(looks.map((look) => [look.key, look])),
      },
    ];
  });
}

/** Whether a run of the audit, up to the moment, covered the cell. */
export function isOfAudit({ looks }: VantageAt, host: number, port: Port, audit: string): boolean {
  return looks.some((look) => look.run.audit === audit && look.covers(host, port.protocol, port.port));
}
