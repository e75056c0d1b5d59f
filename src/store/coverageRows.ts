import type { Address } from "../facts/address.js";
import type { CoverageRow } from "../facts/answer.js";
import type { Port, PortSet } from "../facts/port.js";
import { emptyPortSet, unionPorts } from "../scope/portSet.js";
import { type ChosenHost, chosenHosts, type HostChoice, inAddressOrder } from "./chosenHosts.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { RunLook } from "./runLook.js";
import { type Moment, type VantageAt, vantagesAtMoment } from "./vantageAt.js";

export interface CoverageFilter extends Moment, HostChoice {
  /** When this port was covered; else any port. */
  readonly port?: Port;
  /** By runs of this audit only. */
  readonly audit?: string;
}

/**
 * How well each address is known from each vantage: when it was covered last, by which run, on which ports. Addresses
 * that were asked for by name are there though no run ever did ask them.
 */
export function coverageRows(ledger: Ledger, filter: CoverageFilter = {}): CoverageRow[] {
  return ledger.read(() => {
    const unions = new Map<string, PortSet>();
    const lists = vantagesAtMoment(ledger, filter).map((at) => {
      const known = chosenHosts(ledger, at.realm, filter);
      const rows = known.map((host) => coverageOf(ledger, at, host, filter, unions));
      const names = new Set(known.map(({ address }) => address));
      const unheard = (filter.hosts ?? []).filter((address) => !names.has(address));
      return [...rows, ...unheard.map((address) => neverCovered(at, address))];
    });
    return inAddressOrder(lists.flat());
  });
}

function coverageOf(
  ledger: Ledger,
  at: VantageAt,
  { id, address }: ChosenHost,
  { port, audit }: CoverageFilter,
  unions: Map<string, PortSet>,
): CoverageRow {
  const looks = audit === undefined ? at.looks : at.looks.filter(({ run }) => run.audit === audit);
  const covering = looks.find((look) =>
    port === undefined ? look.portsets(id) !== null : look.covers(id, port.protocol, port.port),
  );
  const asked = looks.find((look) => presenceBy(at, look, id) !== "not-covered");
  const row = neverCovered(at, address);
  return {
    ...row,
    coverage: covering !== undefined ? "covered" : asked !== undefined ? "silent" : "never",
    run: covering?.run.id ?? null,
    lastCovered: covering?.run.startedAt ?? null,
    age: covering === undefined ? null : Math.max(0, at.at - covering.run.startedAt),
    ports: covering === undefined ? emptyPortSet : unionOf(ledger, covering.portsets(id) ?? [], unions),
    everCovered: unionOf(ledger, everCovered(looks, id), unions),
    askedBy: asked?.run.id ?? null,
    presence: asked === undefined ? "not-covered" : presenceBy(at, asked, id),
  };
}

/** The ids of all port sets that the runs covered of the host; in a long history mostly the same again and again. */
function everCovered(looks: readonly RunLook[], host: number): ReadonlySet<number> {
  const ids = new Set<number>();
  let last: readonly number[] = [];
  for (const look of looks) {
    const sets = look.portsets(host);
    if (sets === null || (sets[0] === last[0] && sets[1] === last[1] && sets[2] === last[2])) continue;
    last = sets;
    for (const id of sets) ids.add(id);
  }
  return ids;
}

function neverCovered(at: VantageAt, address: Address): CoverageRow {
  return {
    address,
    vantage: at.name,
    realm: at.realm,
    coverage: "never",
    run: null,
    lastCovered: null,
    age: null,
    ports: emptyPortSet,
    everCovered: emptyPortSet,
    askedBy: null,
    presence: "not-covered",
  };
}

function presenceBy({ view }: VantageAt, look: RunLook, host: number): CoverageRow["presence"] {
  const coverage = view.byKey.get(look.key)?.coverage();
  const trait = (["alive", "vanished", "silent"] as const).find((each) => coverage?.has(host, each));
  return trait ?? "not-covered";
}

/** Many hosts have the same few sets in common. */
function unionOf(ledger: Ledger, ids: Iterable<number>, unions: Map<string, PortSet>): PortSet {
  const sets = [...ids].filter((id) => id !== 0).sort((a, b) => a - b);
  const key = sets.join(" ");
  const known = unions.get(key) ?? unionPorts(...sets.map((id) => portsetOf(ledger, id)));
  unions.set(key, known);
  return known;
}
