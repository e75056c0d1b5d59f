import type { Address } from "../facts/address.js";
import type { Asset } from "../facts/asset.js";
import type { KnownHost } from "../store/known.js";

/**
 * What a list and the hosts that runs found alive have in common: `unseen` are assets of which no address was ever seen,
 * `unnamed` the addresses that no asset names. Null where no host is known. An asset without a realm is in each.
 */
export function matchAssets(
  assets: readonly Asset[],
  hosts: readonly Pick<KnownHost, "address" | "realm">[],
): { readonly unseen: readonly Asset[]; readonly unnamed: readonly Address[] } | null {
  if (hosts.length === 0) return null;
  const seen = new Set(hosts.flatMap(({ address, realm }) => [keyOf(null, address), keyOf(realm, address)]));
  const named = new Set(
    assets.flatMap(({ addresses, realm }) => addresses.map((each) => keyOf(realm, each))),
  );
  const unnamed = hosts
    .filter(({ address, realm }) => !named.has(keyOf(null, address)) && !named.has(keyOf(realm, address)))
    .map(({ address }) => address);
  return {
    unseen: assets.filter(({ addresses, realm }) => !addresses.some((each) => seen.has(keyOf(realm, each)))),
    unnamed: [...new Set(unnamed)],
  };
}

function keyOf(realm: string | null, address: Address): string {
  return realm === null ? address : `${address} ${realm}`;
}
