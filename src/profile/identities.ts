/**
 * Which addresses are one host. A host of the profile and the rows of the asset lists that share an address with it,
 * or with each other, are the same machine; what the profile says of it comes before what a list says.
 */
import type { Address } from "../facts/address.js";
import type { Asset, Identity } from "../facts/asset.js";
import type { ProfileHost } from "./profile.js";
import { compareText } from "./rank.js";

/** The hosts that are known by more than an address, as seen from one vantage in one realm. */
export interface Identities {
  readonly all: readonly Identity[];
  readonly byAddress: ReadonlyMap<Address, Identity>;
  /** By each of their names, lower case. */
  readonly byName: ReadonlyMap<string, readonly Identity[]>;
  /** Where probes from this vantage meet a host: its NAT addresses where the profile gives some, else all it has. */
  readonly exposed: ReadonlyMap<Identity, readonly Address[]>;
}

/** A host of the profile or a row of an asset list, as this vantage sees it. */
interface Member {
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

/**
 * Puts together who is who, whatever the order of the lists. An asset of another realm is none of these hosts; one
 * without a realm may be.
 */
export function bindIdentities(
  hosts: readonly ProfileHost[],
  assets: readonly Asset[],
  seen: { readonly vantage: string; readonly realm: string },
): Identities {
  const members = [
    ...hosts.map((host) => hostMember(host, seen.vantage)),
    ...assets.filter((asset) => fitsRealm(asset, seen.realm)).map(assetMember),
  ];
  const exposed = new Map<Identity, readonly Address[]>();
  for (const together of joinMembers(members)) {
    const identity = mergeMembers(together);
    // A host that has nothing but a NAT address elsewhere cannot be met here.
    if (identity.addresses.length === 0) continue;
    const seenAs = identity.addresses.filter((each) =>
      together.some((member) => member.seenAs.includes(each)),
    );
    exposed.set(identity, seenAs.length > 0 ? seenAs : identity.addresses);
  }
  const all = [...exposed.keys()].sort((a, b) => compareText(a.addresses[0] ?? "", b.addresses[0] ?? ""));
  const byAddress = new Map<Address, Identity>();
  const byName = new Map<string, Identity[]>();
  for (const identity of all) {
    for (const address of identity.addresses) byAddress.set(address, identity);
    for (const name of identity.names) {
      const bearers = byName.get(name);
      if (bearers === undefined) byName.set(name, [identity]);
      else bearers.push(identity);
    }
  }
  return { all, byAddress, byName, exposed };
}

/** Who the address belongs to; null where neither the profile's `hosts` nor an asset list knows it. */
export function identityOf(identities: Identities, address: Address): Identity | null {
  return identities.byAddress.get(address) ?? null;
}

/** The names that mean hosts of the profile or assets, so that DNS need not be asked. */
export function identityNames(
  hosts: readonly ProfileHost[],
  assets: readonly Asset[],
  realm: string | null,
): ReadonlySet<string> {
  const fitting = realm === null ? assets : assets.filter((asset) => fitsRealm(asset, realm));
  return new Set([...hosts.map(({ name }) => name), ...fitting.flatMap(namesOfAsset)]);
}

function fitsRealm(asset: Asset, realm: string): boolean {
  return asset.realm === null || asset.realm === realm;
}

function hostMember(host: ProfileHost, vantage: string): Member {
  const { name, addresses, owner, system, tags } = host;
  const seenAs = host.seenAs.get(vantage) ?? [];
  return { rank: 0, name, names: [name], seenAs, addresses, owner, system, tags };
}

function assetMember(asset: Asset): Member {
  const { addresses, owner, system, tags } = asset;
  const name = asset.id ?? asset.names[0] ?? null;
  const rank = asset.realm === null ? 2 : 1;
  return { rank, name, names: namesOfAsset(asset), seenAs: [], addresses, owner, system, tags };
}

function namesOfAsset({ id, names }: Asset): string[] {
  return id === null ? [...names] : [id.toLowerCase(), ...names];
}

/**
 * The profile's words first, then a row for this very realm before one for any; then by content, so that the order of
 * the lists decides nothing.
 */
function sortMembers(members: readonly Member[]): readonly Member[] {
  if (members.length === 1) return members;
  return members
    .map((member) => ({ member, key: JSON.stringify(member) }))
    .sort((a, b) => a.member.rank - b.member.rank || compareText(a.key, b.key))
    .map(({ member }) => member);
}

/** Members that share an address, directly or by way of others, together. */
function joinMembers(members: readonly Member[]): readonly (readonly Member[])[] {
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
  members.forEach(({ seenAs, addresses }, index) => {
    for (const address of [...seenAs, ...addresses]) {
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

function mergeMembers(joined: readonly Member[]): Identity {
  const members = sortMembers(joined);
  return {
    name: firstOf(members.map(({ name }) => name)),
    names: unique(members.flatMap(({ names }) => names)),
    addresses: unique([
      ...members.flatMap(({ seenAs }) => seenAs),
      ...members.flatMap(({ addresses }) => addresses),
    ]),
    owner: firstOf(members.map(({ owner }) => owner)),
    system: firstOf(members.map(({ system }) => system)),
    tags: unique(members.flatMap(({ tags }) => tags)),
  };
}

function firstOf(values: readonly (string | null)[]): string | null {
  return values.find((value) => value !== null) ?? null;
}

function unique<T>(values: readonly T[]): readonly T[] {
  if (values.length < 2) return values;
  return [...new Set(values)];
}
