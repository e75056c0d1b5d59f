import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { compareAddresses } from "../scope/address.js";
import { subtractPorts, unionPorts } from "../scope/portSet.js";
import { addressOf, hostsetOf, portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { runsUpTo, type StoredRun } from "./runs.js";
import { type Place, vantagesAt } from "./vantages.js";

/** What runs proved of a host: ids of port sets, which many hosts share, and sets of its own. */
interface Proved {
  readonly shared: Set<number>;
  readonly own: PortSet[];
}

/**
 * What runs begun at or after `since` covered, all together, by address. An open UDP port that was silent since is not
 * among it: silence says nothing there. As in `openedSince`, vantages and realms that are not named are taken together.
 */
export function coveredSince(
  ledger: Ledger,
  since: Instant,
  place: Place = {},
): { readonly address: Address; readonly ports: PortSet }[] {
  return ledger.read(() => {
    const byAddress = new Map<Address, Proved>();
    const of = (host: number): Proved => {
      const address = addressOf(ledger, host);
      const known = byAddress.get(address) ?? { shared: new Set(), own: [] };
      byAddress.set(address, known);
      return known;
    };
    for (const { id } of vantagesAt(ledger, place)) {
      for (const stored of runsUpTo(ledger, id, Number.MAX_SAFE_INTEGER)) {
        if (stored.run.startedAt >= since) addRun(ledger, stored, of);
      }
    }
    const unions = new Map<string, PortSet>();
    return [...byAddress]
      .sort(([a], [b]) => compareAddresses(a, b))
      .map(([address, proved]) => ({ address, ports: unionOf(ledger, proved, unions) }));
  });
}

function addRun(ledger: Ledger, { run, working }: StoredRun, of: (host: number) => Proved): void {
  const unproved = new Map(
    ledger
      .rows<[host: number, portset: number]>("SELECT host, portset FROM unproved WHERE run = ?")
      .all(run.id),
  );
  const add = (host: number, portset: number): void => {
    const without = unproved.get(host);
    if (without === undefined) of(host).shared.add(portset);
    else of(host).own.push(subtractPorts(portsetOf(ledger, portset), portsetOf(ledger, without)));
  };
  if (working) {
    const rows = ledger.rows<[host: number, portset: number]>(
      "SELECT host, portset FROM working_coverage WHERE run = ?",
    );
    for (const [host, portset] of rows.all(run.id)) add(host, portset);
    return;
  }
  const rows = ledger.rows<[portset: number, hostset: number]>(
    "SELECT portset, hostset FROM coverage WHERE run = ?",
  );
  for (const [portset, hostset] of rows.all(run.id)) {
    for (const host of hostsetOf(ledger, hostset).list()) add(host, portset);
  }
}

/** @param unions what was joined before, by the ids of the sets */
function unionOf(ledger: Ledger, { shared, own }: Proved, unions: Map<string, PortSet>): PortSet {
  const ids = [...shared].sort((a, b) => a - b);
  const key = ids.join(" ");
  const known = unions.get(key) ?? unionPorts(...ids.map((id) => portsetOf(ledger, id)));
  unions.set(key, known);
  return own.length === 0 ? known : unionPorts(known, ...own);
}
