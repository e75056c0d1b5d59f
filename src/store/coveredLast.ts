import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { emptyPortSet, isEmptySet, isWithinPorts, subtractPorts, unionPorts } from "../scope/portSet.js";
import { addressOf, hostsetOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { runsUpTo, type StoredRun } from "./runs.js";
import { type Place, vantagesAt } from "./vantages.js";

/** When each port of a host was covered last: every port once, the newest first. */
export interface CoveredLast {
  readonly address: Address;
  readonly covered: readonly { readonly at: Instant; readonly ports: PortSet }[];
}

/** What is known of hosts with one and the same past; most hosts share theirs with others. */
interface Past {
  readonly all: PortSet;
  readonly covered: CoveredLast["covered"];
  /** Nothing of what is asked for is left to find. */
  readonly isFull: boolean;
  readonly next: Map<string, Past>;
}

/**
 * The last time each of `ports` was covered, host by host: what a sweep that cannot ask everything asks last. Vantages
 * and realms that are not named are taken together. Only hosts of which any run proved something are in it.
 */
export function coveredLast(ledger: Ledger, ports: PortSet, place: Place = {}): CoveredLast[] {
  return ledger.read(() => {
    const pasts = new Map<Address, Past>();
    const none: Past = { all: emptyPortSet, covered: [], isFull: false, next: new Map() };
    const runs = vantagesAt(ledger, place)
      .flatMap(({ id }) => runsUpTo(ledger, id, Number.MAX_SAFE_INTEGER))
      .sort((a, b) => b.run.startedAt - a.run.startedAt || b.key - a.key);
    for (const run of runs) {
      for (const { host, portset, without } of coveredBy(ledger, run)) {
        const address = addressOf(ledger, host);
        const past = pasts.get(address) ?? none;
        if (past.isFull) continue;
        const key = `${run.run.startedAt} ${portset} ${without ?? ""}`;
        const known =
          past.next.get(key) ?? stepBack(ledger, past, ports, run.run.startedAt, portset, without);
        past.next.set(key, known);
        pasts.set(address, known);
      }
    }
    return [...pasts].map(([address, { covered }]) => ({ address, covered }));
  });
}

function stepBack(
  ledger: Ledger,
  past: Past,
  ports: PortSet,
  at: Instant,
  portset: number,
  without: number | null,
): Past {
  const whole = portsetOf(ledger, portset);
  const proved = without === null ? whole : subtractPorts(whole, portsetOf(ledger, without));
  // Of what nobody asks for nothing is kept.
  const fresh = subtractPorts(subtractPorts(proved, subtractPorts(proved, ports)), past.all);
  if (isEmptySet(fresh)) return past;
  const all = unionPorts(past.all, fresh);
  const covered = [...past.covered, { at, ports: fresh }];
  return { all, covered, isFull: isWithinPorts(ports, all), next: new Map() };
}

function* coveredBy(
  ledger: Ledger,
  { run, working }: StoredRun,
): Iterable<{ readonly host: number; readonly portset: number; readonly without: number | null }> {
  const unproved = new Map(
    ledger
      .rows<[host: number, portset: number]>("SELECT host, portset FROM unproved WHERE run = ?")
      .all(run.id),
  );
  const one = (host: number, portset: number) => ({ host, portset, without: unproved.get(host) ?? null });
  if (working) {
    const rows = ledger.rows<[host: number, portset: number]>(
      "SELECT host, portset FROM working_coverage WHERE run = ?",
    );
    for (const [host, portset] of rows.all(run.id)) yield one(host, portset);
    return;
  }
  const rows = ledger.rows<[portset: number, hostset: number]>(
    "SELECT portset, hostset FROM coverage WHERE run = ?",
  );
  for (const [portset, hostset] of rows.all(run.id)) {
    for (const host of hostsetOf(ledger, hostset).list()) yield one(host, portset);
  }
}
