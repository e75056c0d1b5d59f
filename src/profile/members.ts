/** Which hosts of the profile and rows of the asset lists are one machine. */
import type { Address } from "../facts/address.js";
import { compareAddresses } from "../scope/address.js";
import { compareText } from "./rank.js";

/** A host of the profile or a row of an asset list, as one vantage sees it. */
export interface Member {
  /** Whose words count first: 0 the profile's, 1 those of a row for this realm, 2 those of a row for any. */
  readonly rank: 0 | 1 | 2;
  readonly name: string | null;
  readonly names: readonly string[];
  /** The addresses behind NAT that this vantage sees; they come first. */
  readonly seenAs: readonly Address[];
  readonly addresses: readonly Address[];
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
}

export interface Machine {
  /** At most one of them is a host of the profile. */
  readonly members: readonly Member[];
  /** Rows that are about this machine and about others: they say of it what its members do not. */
  readonly lenders: readonly Member[];
}

/**
 * The members of one machine in the orders in which their words and their addresses count; the order in which they are
 * given decides nothing. A row's name, owner or realm moves no address, for findings stand at the first one.
 */
export function sortMembers(members: readonly Member[]): {
  readonly byWord: readonly Member[];
  readonly byAddress: readonly Member[];
} {
  if (members.length < 2) return { byWord: members, byAddress: members };
  const byAddress = inAddressOrder(members);
  return { byAddress, byWord: byAddress.toSorted((a, b) => a.rank - b.rank) };
}

/** Hosts of the profile first, then by the lowest address, then by the addresses; rows that have the same by content. */
function inAddressOrder(members: readonly Member[]): readonly Member[] {
  return members
    .map((member) => ({ member, lowest: lowestOf(member), key: JSON.stringify(member) }))
    .sort(
      (a, b) =>
        Math.min(a.member.rank, 1) - Math.min(b.member.rank, 1) ||
        compareAddresses(a.lowest, b.lowest) ||
        compareText(a.member.addresses.join(), b.member.addresses.join()) ||
        a.member.rank - b.member.rank ||
        compareText(a.key, b.key),
    )
    .map(({ member }) => member);
}

function lowestOf(member: Member): Address {
  return addressesOf(member).reduce((least, each) => (compareAddresses(each, least) < 0 ? each : least));
}

function addressesOf({ seenAs, addresses }: Member): readonly Address[] {
  return [...seenAs, ...addresses];
}

/** Members that share an address, directly or by way of others, are one machine, except for hosts of the profile. */
export function joinMembers(members: readonly Member[]): readonly Machine[] {
  const meeting = members.filter((member) => addressesOf(member).length > 0);
  return connect(meeting).flatMap((together) => {
    const hosts = together.filter(isHost);
    return hosts.length < 2 ? [{ members: together, lenders: [] }] : keepApart(together);
  });
}

function isHost({ rank }: Member): boolean {
  return rank === 0;
}

/** Members that share an address, directly or by way of others, together. */
function connect(members: readonly Member[]): readonly (readonly Member[])[] {
  const leaders = members.map((_, index) => index);
  const leaderOf = (index: number): number => {
    let at = index;
    for (;;) {
      const above = leaders[at] ?? at;
      if (above === at) break;
      // Halving the way up keeps chains of a thousand rows short.
      leaders[at] = leaders[above] ?? above;
      at = above;
    }
    return at;
  };
  const holders = new Map<Address, number>();
  members.forEach((member, index) => {
    for (const address of addressesOf(member)) {
      const other = holders.get(address);
      if (other === undefined) holders.set(address, index);
      else {
        const [first, second] = [leaderOf(other), leaderOf(index)];
        leaders[Math.max(first, second)] = Math.min(first, second);
      }
    }
  });
  const together = new Map<number, Member[]>();
  members.forEach((member, index) => {
    const leader = leaderOf(index);
    const joined = together.get(leader);
    if (joined === undefined) together.set(leader, [member]);
    else joined.push(member);
  });
  return [...together.values()];
}

/** A machine that is being put together. */
interface Growing {
  readonly members: Member[];
  readonly lenders: Member[];
}

/**
 * Machines of members that hang together and among which are several hosts of the profile. A row joins the one host that
 * it leads to, those first that name its addresses. One that leads to several joins none of them: it lends its words to
 * each, and what addresses it has besides are a machine of their own.
 */
function keepApart(together: readonly Member[]): readonly Machine[] {
  const machines = new Map<Address, Growing>();
  const bridges: Member[] = [];
  const ordered = inAddressOrder(together);
  const hosts = ordered.filter(isHost);
  const own = new Set(hosts.flatMap(addressesOf));
  const isDirect = (row: Member) => row.addresses.some((address) => own.has(address));
  const rows = ordered.filter((member) => !isHost(member));
  for (const host of hosts) join(machines, host, []);
  for (const row of [...rows.filter(isDirect), ...rows.filter((each) => !isDirect(each))]) {
    const touched = touchedBy(machines, row);
    if (touched.filter(hasHost).length > 1) bridges.push(row);
    else join(machines, row, touched);
  }
  for (const bridge of bridges) {
    for (const machine of touchedBy(machines, bridge).filter(hasHost)) machine.lenders.push(bridge);
    const addresses = bridge.addresses.filter((address) => {
      const machine = machines.get(address);
      return machine === undefined || !hasHost(machine);
    });
    const rest = { ...bridge, addresses };
    if (addresses.length > 0) join(machines, rest, touchedBy(machines, rest));
  }
  return [...new Set(machines.values())];
}

function hasHost({ members }: Growing): boolean {
  return members.some(isHost);
}

function touchedBy(machines: ReadonlyMap<Address, Growing>, member: Member): readonly Growing[] {
  return [...new Set(addressesOf(member).flatMap((address) => machines.get(address) ?? []))];
}

/** Makes one machine of the member and those that it touches. */
function join(machines: Map<Address, Growing>, member: Member, touched: readonly Growing[]): void {
  // The larger one takes the others in, so that long lists stay quick.
  const [first, ...others] = touched.toSorted((a, b) => b.members.length - a.members.length);
  const machine = first ?? { members: [], lenders: [] };
  for (const { members, lenders } of others) {
    machine.members.push(...members);
    machine.lenders.push(...lenders);
    for (const address of members.flatMap(addressesOf)) machines.set(address, machine);
  }
  machine.members.push(member);
  for (const address of addressesOf(member)) machines.set(address, machine);
}
