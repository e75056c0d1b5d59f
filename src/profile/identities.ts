/**
 * Which addresses are one host. A host of the profile and the rows of the asset lists that share an address with it,
 * or with each other, are the same machine; what the profile says of it comes before what a list says. No row makes one
 * machine of two hosts of the profile (`members.ts`).
 */
import type { Address } from "../facts/address.js";
import type { Asset, Identity } from "../facts/asset.js";
import { joinMembers, type Machine, type Member, sortMembers } from "./members.js";
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

/**
 * Puts together who is who, whatever the order of the lists. A host or an asset of another realm is none of these
 * hosts; one without a realm may be.
 */
export function bindIdentities(
  hosts: readonly ProfileHost[],
  assets: readonly Asset[],
  seen: { readonly vantage: string; readonly realm: string },
): Identities {
  const members = [
    ...hosts.filter((host) => isInRealm(host, seen.realm)).map((host) => hostMember(host, seen.vantage)),
    ...assets.filter((asset) => fitsRealm(asset, seen.realm)).map(assetMember),
  ];
  const exposed = new Map<Identity, readonly Address[]>();
  for (const machine of joinMembers(members)) {
    const identity = mergeMembers(machine);
    // A host that has nothing but a NAT address elsewhere cannot be met here.
    if (identity.addresses.length === 0) continue;
    const seenAs = identity.addresses.filter((each) =>
      machine.members.some((member) => member.seenAs.includes(each)),
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

/** The names that mean hosts of the profile or assets of the realm (null: of any), so that DNS need not be asked. */
export function identityNames(
  hosts: readonly ProfileHost[],
  assets: readonly Asset[],
  realm: string | null,
): ReadonlySet<string> {
  const here = realm === null ? hosts : hosts.filter((host) => isInRealm(host, realm));
  const fitting = realm === null ? assets : assets.filter((asset) => fitsRealm(asset, realm));
  return new Set([...here.map(({ name }) => name), ...fitting.flatMap(namesOfAsset)]);
}

/** Whether the host exists in the realm. */
export function isInRealm({ realms }: ProfileHost, realm: string): boolean {
  return realms === null || realms.includes(realm);
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

function mergeMembers({ members: joined, lenders }: Machine): Identity {
  const { byWord, byAddress } = sortMembers(joined);
  const lent = sortMembers(lenders).byWord;
  const tags = unique(byWord.flatMap((member) => member.tags));
  return {
    name: firstOf(byWord.map(({ name }) => name)),
    names: unique(byWord.flatMap(({ names }) => names)),
    addresses: unique([
      ...byAddress.flatMap(({ seenAs }) => seenAs),
      ...byAddress.flatMap(({ addresses }) => addresses),
    ]),
    owner: firstOf([...byWord, ...lent].map(({ owner }) => owner)),
    system: firstOf([...byWord, ...lent].map(({ system }) => system)),
    tags: tags.length > 0 ? tags : unique(lent.flatMap((member) => member.tags)),
  };
}

function firstOf(values: readonly (string | null)[]): string | null {
  return values.find((value) => value !== null) ?? null;
}

function unique<T>(values: readonly T[]): readonly T[] {
  if (values.length < 2) return values;
  return [...new Set(values)];
}
