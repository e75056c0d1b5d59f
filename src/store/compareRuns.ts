import type { NotComparable, RunComparison } from "../facts/answer.js";
import { PortreeveError } from "../facts/error.js";
import type { Run, RunId } from "../facts/run.js";
import type { ChangeKind, ChangeRow } from "../facts/view.js";
import { portOfCode } from "../history/cell.js";
import { changeBetween, describeService, isSameService, presenceChange } from "../history/changeBetween.js";
import type { CellState } from "../history/proof.js";
import { type Key, type Span, stateAt } from "../history/span.js";
import type { Section } from "../history/trackPack.js";
import { portSetOf } from "../scope/portSet.js";
import { portStateOf } from "./asOf.js";
import { inAddressOrder } from "./chosenHosts.js";
import { compareCoverage } from "./compareCoverage.js";
import { presenceIn } from "./hostAsOf.js";
import { type PackPlace, spansUpTo, trackOfPort, tracksOfHost } from "./hostPack.js";
import { addressOf, cellValueOf, serviceOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { RunLook } from "./runLook.js";
import { storedRun } from "./runs.js";
import { wasIdentified } from "./serviceCoverage.js";
import { spansBetween } from "./spansBetween.js";
import { type VantageAt, vantagesAtMoment } from "./vantageAt.js";

/** One of the two runs: its vantage as of it, and itself. */
export interface Side {
  readonly at: VantageAt;
  readonly look: RunLook;
  readonly run: Run;
}

/**
 * Holds two runs of one vantage against each other on what both proved; a change is from the first to the second,
 * whichever was earlier. What only one proved is not comparable, but for ports open in the second that no run before it
 * covered. Runs of two vantages are refused: what differs between them is where they looked from, and no change at all.
 * @throws PortreeveError `usage` where there is no such run, or the two were seen from different places
 */
export function compareRuns(ledger: Ledger, before: RunId, after: RunId): RunComparison {
  return ledger.read(() => {
    refuseOtherPlace(ledger, before, after);
    const a = sideOf(ledger, before);
    const b = sideOf(ledger, after);
    const hosts = hostsOf(a, b);
    const { firstSeen, notComparable } = compareCoverage(ledger, a, b, hosts);
    const [low, high] = a.at.key < b.at.key ? [a.at.key, b.at.key] : [b.at.key, a.at.key];
    const cells = spansBetween(ledger, a.at.vantage, low, high);
    const changes: ChangeRow[] = [];
    const unstable: NotComparable[] = [];
    for (const host of hosts) {
      const kind = hostChange(a, b, host);
      if (kind !== null) changes.push(changeRow(ledger, a, b, host, null, kind, null, null));
      const torn: number[] = [];
      const codes = [...(cells.get(host) ?? [])].sort((x, y) => x - y);
      const trackOf = tracksUpTo(ledger, { host, vantage: a.at.vantage }, codes.length, high);
      for (const code of codes) {
        const found = cellChange(ledger, a, b, host, code, trackOf);
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

function refuseOtherPlace(ledger: Ledger, before: RunId, after: RunId): void {
  const [a, b] = [before, after].map((id) => storedRun(ledger, id));
  for (const stored of [a, b]) {
    if (stored === undefined || stored.key >= 0) continue;
    throw new PortreeveError(
      "usage",
      `run ${stored.run.id} comes from a file that does not tell when it was made`,
      {
        hint: "it proves nothing at any time: there is nothing to compare",
      },
    );
  }
  if (a === undefined || b === undefined || a.vantage === b.vantage) return;
  const [from, to] = [a.run, b.run].map(({ id, vantage, realm }) => {
    return `run ${id} was seen from ${vantage}${a.realm === b.realm ? "" : ` in the realm ${realm}`}`;
  });
  throw new PortreeveError("usage", `${from}, ${to}: what differs is where from, not what changed`, {
    hint: "compare two runs of one vantage (`portreeve runs` lists them); `portreeve query open --at RUN` lists each",
  });
}

function sideOf(ledger: Ledger, id: RunId): Side {
  const [at] = vantagesAtMoment(ledger, { run: id });
  if (at?.asked === undefined || at.asked === null) throw new RangeError(`run ${id} has no vantage`);
  const look = at.byKey.get(at.asked.key);
  if (look === undefined) throw new RangeError(`run ${id} is not among the runs of its vantage`);
  return { at, look, run: at.asked.run };
}

function hostsOf(...sides: readonly Side[]): number[] {
  const hosts = sides.flatMap(({ at }) =>
    (["alive", "vanished", "silent"] as const).flatMap((trait) => at.asked?.coverage().list(trait) ?? []),
  );
  return [...new Set(hosts)];
}

type TrackOf = (section: Section, code: number) => readonly Span<number>[];

/** From so many ports of a host on its tracks are unpacked once and not a port at a time: a host may have 65,535. */
const MANY = 16;

function tracksUpTo(ledger: Ledger, place: PackPlace, count: number, key: Key): TrackOf {
  if (count < MANY) return (section, code) => trackOfPort(ledger, place, section, code, key);
  const tracks = tracksOfHost(ledger, place);
  return (section, code) => spansUpTo(tracks[section], code, key);
}

function cellChange(
  ledger: Ledger,
  a: Side,
  b: Side,
  host: number,
  code: number,
  trackOf: TrackOf,
): ChangeRow | "open-and-reset" | null {
  const port = portOfCode(code);
  if (![a, b].every(({ look }) => look.proved(host, port.protocol, port.port))) return null;
  const spans = trackOf("cells", code);
  const [was, is] = [a, b].map(({ at }) => valueAt(ledger, spans, at.key));
  if (was === undefined || was === null || is === undefined || is === null) return null;
  if (was.proof === "unstable" && is.proof === "unstable") return null;
  if (was.proof === "unstable" || is.proof === "unstable") {
    return isOpenOnce(was) || isOpenOnce(is) ? "open-and-reset" : null;
  }
  const everOpen = spans.some(
    ({ from, value }) => from <= a.at.key && cellValueOf(ledger, value).proof === "open",
  );
  const kind = changeBetween(was, is, everOpen);
  if (kind !== null) {
    return changeRow(ledger, a, b, host, code, kind, portStateOf(was.state), portStateOf(is.state));
  }
  return was.proof === "open" && is.proof === "open"
    ? serviceChange(ledger, a, b, host, code, trackOf)
    : null;
}

function valueAt(ledger: Ledger, spans: readonly Span<number>[], key: Key): CellState | null {
  const span = stateAt(spans, key);
  return span === null ? null : cellValueOf(ledger, span.value);
}

function isOpenOnce({ proof }: CellState): boolean {
  return proof === "open" || proof === "unstable";
}

/** A service changes only where both runs identified it. */
function serviceChange(
  ledger: Ledger,
  a: Side,
  b: Side,
  host: number,
  code: number,
  trackOf: TrackOf,
): ChangeRow | null {
  const port = portOfCode(code);
  const services = trackOf("services", code);
  const [was, is] = [a, b].map(({ at, run }) => {
    const coverage = at.asked?.coverage();
    if (coverage === undefined) return null;
    if (!wasIdentified(ledger, { id: run.id, key: at.key, coverage }, at.vantage, host, port)) return null;
    const service = stateAt(services, at.key)?.value;
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
