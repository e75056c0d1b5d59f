import type { NotComparable, RunComparison } from "../facts/answer.js";
import type { Run, RunId } from "../facts/run.js";
import type { ChangeKind, ChangeRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { changeBetween, describeService, isSameService, presenceChange } from "../history/changeBetween.js";
import type { CellState } from "../history/proof.js";
import { portSetOf } from "../scope/portSet.js";
import { portStateOf } from "./asOf.js";
import { cellPeriods, quietTracksOf } from "./cellPeriods.js";
import { inAddressOrder } from "./chosenHosts.js";
import { compareCoverage } from "./compareCoverage.js";
import { heldSpans } from "./heldSpans.js";
import { presenceIn } from "./hostAsOf.js";
import { addressOf, serviceOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { lookOf, type RunLook } from "./runLook.js";
import { wasIdentified } from "./serviceCoverage.js";
import { type VantageAt, vantagesAtMoment } from "./vantageAt.js";

/** One of the two runs: its vantage as of it, and itself. */
export interface Side {
  readonly at: VantageAt;
  readonly look: RunLook;
  readonly run: Run;
}

/**
 * Holds two runs against each other on what both proved; a change is from the first to the second, whichever was
 * earlier. What only one proved is not comparable, but for ports open in the second that no run before it covered.
 * @throws PortreeveError `usage` where there is no such run
 */
export function compareRuns(ledger: Ledger, before: RunId, after: RunId): RunComparison {
  return ledger.read(() => {
    const a = sideOf(ledger, before);
    const b = sideOf(ledger, after);
    const hosts = hostsOf(a, b);
    const { firstSeen, notComparable } = compareCoverage(ledger, a, b, hosts);
    const cells = changedCells(ledger, a, b);
    const changes: ChangeRow[] = [];
    const unstable: NotComparable[] = [];
    for (const host of hosts) {
      const kind = hostChange(a, b, host);
      if (kind !== null) changes.push(changeRow(ledger, a, b, host, null, kind, null, null));
      const torn: number[] = [];
      for (const code of [...(cells.get(host) ?? [])].sort((x, y) => x - y)) {
        const found = cellChange(ledger, a, b, host, code);
        if (found === "open-and-reset") torn.push(code);
        else if (found !== null) changes.push(found);
      }
      if (torn.length > 0) {
        const ports = portSetOf(torn.map(portOfCode));
        unstable.push({ address: addressOf(ledger, host), ports, coveredBy: null, why: "open-and-reset" });
      }
    }
    return {
      before: a.run,
      after: b.run,
      changes: inAddressOrder(changes),
      firstSeen: inAddressOrder(
        firstSeen.map(({ host, code }) => changeRow(ledger, a, b, host, code, "first-seen", null, "open")),
      ),
      notComparable: inAddressOrder([...notComparable, ...unstable]),
    };
  });
}

function sideOf(ledger: Ledger, id: RunId): Side {
  const [at] = vantagesAtMoment(ledger, { run: id });
  if (at?.asked === undefined || at.asked === null) throw new RangeError(`run ${id} has no vantage`);
  return { at, look: lookOf(ledger, at.asked), run: at.asked.run };
}

function hostsOf(...sides: readonly Side[]): number[] {
  const hosts = sides.flatMap(({ at }) =>
    (["alive", "vanished", "silent"] as const).flatMap((trait) => at.asked?.coverage().list(trait) ?? []),
  );
  return [...new Set(hosts)];
}

/** The cells that may differ: those whose spans did between the runs, or, of two vantages, all that either saw open. */
function changedCells(ledger: Ledger, a: Side, b: Side): Map<number, Set<number>> {
  const cells = new Map<number, Set<number>>();
  const add = (host: number, code: number): void => {
    const codes = cells.get(host);
    if (codes === undefined) cells.set(host, new Set([code]));
    else codes.add(code);
  };
  if (a.at.vantage === b.at.vantage) {
    const [low, high] = a.at.key < b.at.key ? [a.at.key, b.at.key] : [b.at.key, a.at.key];
    for (const table of ["span", "service_span"] as const) {
      const rows = ledger.rows<[host: number, code: number]>(
        `SELECT host, protoport FROM ${table} WHERE vantage = ? AND from_key > ? AND from_key <= ?`,
      );
      for (const [host, code] of rows.all(a.at.vantage, low, high)) add(host, code);
    }
    return cells;
  }
  for (const { at } of [a, b]) {
    const every = hostsOf(a, b).map((id) => ({ id, address: addressOf(ledger, id) }));
    const spans = heldSpans(ledger, "span", at.vantage, at.key, every);
    for (const { id } of every) {
      const [start, end] = spans.range(id) ?? [0, 0];
      for (const code of spans.codes.subarray(start, end)) add(id, code);
    }
  }
  return cells;
}

function cellChange(
  ledger: Ledger,
  a: Side,
  b: Side,
  host: number,
  code: number,
): ChangeRow | "open-and-reset" | null {
  const port = portOfCode(code);
  if (![a, b].every(({ look }) => look.proved(host, port.protocol, port.port))) return null;
  const earlier = cellPeriods(ledger, a.at, host, port, quietTracksOf(ledger, a.at, host));
  const was = earlier.at(-1)?.value;
  const is = cellPeriods(ledger, b.at, host, port, quietTracksOf(ledger, b.at, host)).at(-1)?.value;
  if (was === undefined || is === undefined) return null;
  if (was.proof === "unstable" || is.proof === "unstable") {
    return isOpenOnce(was) || isOpenOnce(is) ? "open-and-reset" : null;
  }
  const everOpen = earlier.some(({ value }) => value.proof === "open");
  const kind = changeBetween(was, is, everOpen);
  if (kind !== null) {
    return changeRow(ledger, a, b, host, code, kind, portStateOf(was.state), portStateOf(is.state));
  }
  return was.proof === "open" && is.proof === "open" ? serviceChange(ledger, a, b, host, code) : null;
}

function isOpenOnce({ proof }: CellState): boolean {
  return proof === "open" || proof === "unstable";
}

/** A service changes only where both runs identified it. */
function serviceChange(ledger: Ledger, a: Side, b: Side, host: number, code: number): ChangeRow | null {
  const port = portOfCode(code);
  const [was, is] = [a, b].map(({ at, run }) => {
    const coverage = at.asked?.coverage();
    if (coverage === undefined) return null;
    if (!wasIdentified(ledger, { id: run.id, key: at.key, coverage }, at.vantage, host, port)) return null;
    const known = [{ id: host, address: addressOf(ledger, host) }];
    const [service] = heldSpans(ledger, "service_span", at.vantage, at.key, known, { port }).values;
    return service === undefined ? null : serviceOf(ledger, service);
  });
  if (was === undefined || was === null || is === undefined || is === null || isSameService(was, is))
    return null;
  return changeRow(ledger, a, b, host, code, "service-changed", describeService(was), describeService(is));
}

function hostChange(a: Side, b: Side, host: number): ChangeKind | null {
  const [was, is] = [a, b].map(({ at }) => (at.asked === null ? "not-covered" : presenceIn(at.asked, host)));
  if (was === undefined || was === "not-covered" || is === undefined || is === "not-covered") return null;
  return presenceChange(was, is);
}

function changeRow(
  ledger: Ledger,
  a: Side,
  b: Side,
  host: number,
  code: number | null,
  kind: ChangeKind,
  before: string | null,
  after: string | null,
): ChangeRow {
  const port = code === null ? null : portOfCode(code);
  return {
    run: b.run.id,
    timeFrom: kind === "first-seen" ? null : (a.run.endedAt ?? a.run.startedAt),
    timeTo: b.run.endedAt ?? ledger.now(),
    address: addressOf(ledger, host),
    protocol: port?.protocol ?? null,
    port: port?.port ?? null,
    kind,
    before,
    after,
    vantage: b.run.vantage,
    operator: b.run.operator,
  };
}
