import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { compareAddresses } from "./address.js";
import {
  type AddressSet,
  addressSetOf,
  countAddresses,
  describeAddressSet,
  intersectAddresses,
  subtractAddresses,
  unionOfAddressSets,
} from "./addressSet.js";
import type { Target } from "./target.js";
import { describeUnscannable, unscannableAddresses } from "./unscannable.js";

/** More effective addresses than this are not one run. */
export const MOST_SCOPE_ADDRESSES = 1_048_576;

/** A name that was asked for, with all it resolved to, excluded addresses too. */
export interface ScopeName {
  readonly name: string;
  readonly addresses: readonly Address[];
}

/** The addresses that may be scanned: targets minus exclusions, within the allowed networks. */
export interface Scope {
  readonly addresses: AddressSet;
  /** Effective addresses, 1 to 1,048,576. */
  readonly count: number;
  /** Asked for and taken away by exclusions. Above 2^53 only about right. */
  readonly excludedCount: number;
  /** Asked for as part of a larger set, but never scanned: multicast, 0.0.0.0/8, 240.0.0.0/4, `::`. */
  readonly unscannableCount: number;
  readonly names: readonly ScopeName[];
  /** What was asked for. */
  readonly targets: readonly string[];
}

export interface ScopeRequest {
  readonly targets: readonly Target[];
  readonly exclusions: readonly Target[];
  /** The configured networks; null allows every address. */
  readonly allowed: AddressSet | null;
  /** What each name of targets and exclusions resolved to, by `Target.text`. */
  readonly resolved: ReadonlyMap<string, readonly Address[]>;
}

/**
 * Decides what may be scanned. Exclusions come first and always win; then addresses that are never scanned are
 * taken out; what is left must lie within the allowed networks and be no more than a run can carry.
 * @throws PortreeveError `usage` for a name that did not resolve (an excluded one too), a target that is never
 *   scanned, an address outside the allowed networks, nothing left, too many left
 */
export function buildScope({ targets, exclusions, allowed, resolved }: ScopeRequest): Scope {
  if (targets.length === 0) {
    throw new PortreeveError("usage", "no targets given", {
      hint: "name an address, a network or an audit: portreeve scan 10.0.0.0/24",
    });
  }
  const excluded = unionOfAddressSets(
    exclusions.map((target) => addressesOf(target, resolved, "excluded name")),
  );
  const asked = targets.map((target) => ({ target, addresses: addressesOf(target, resolved, "name") }));
  const union = unionOfAddressSets(asked.map(({ addresses }) => addresses));
  const afterExclusions = subtractAddresses(union, excluded);
  for (const { target, addresses } of asked) refuseUnscannable(target, addresses, excluded);
  const left = subtractAddresses(afterExclusions, unscannableAddresses);
  if (allowed !== null) refuseOutside(subtractAddresses(left, allowed), allowed, asked);
  return {
    addresses: left,
    count: countForRun(left, union),
    excludedCount: Number(countAddresses(union) - countAddresses(afterExclusions)),
    unscannableCount: Number(countAddresses(afterExclusions) - countAddresses(left)),
    names: listNames(targets, resolved),
    targets: targets.map((target) => target.text),
  };
}

function addressesOf(target: Target, resolved: ScopeRequest["resolved"], what: string): AddressSet {
  if (target.kind === "set") return target.addresses;
  const addresses = resolved.get(target.text) ?? [];
  if (addresses.length > 0) return addressSetOf(addresses);
  throw new PortreeveError("usage", `${what} ${target.text} did not resolve`, {
    hint: "check its spelling and the resolver, or write its address",
  });
}

/** A target that is wholly unscannable is a mistake, and so is a name that points to such an address. */
function refuseUnscannable(target: Target, addresses: AddressSet, excluded: AddressSet): void {
  const asked = intersectAddresses(addresses, unscannableAddresses);
  if (isEmpty(asked)) return;
  const bad = subtractAddresses(asked, excluded);
  if (isEmpty(bad)) return;
  if (target.kind === "set" && !isEmpty(subtractAddresses(addresses, unscannableAddresses))) return;
  const what =
    target.kind === "name" ? `${target.text} resolves to ${describeAddressSet(bad, 3)}` : target.text;
  throw new PortreeveError("usage", `${what}: ${describeUnscannable(bad)}, which is never scanned`, {
    hint: target.kind === "name" ? "exclude that address, or mend the name" : "leave this target out",
  });
}

interface AskedTarget {
  readonly target: Target;
  readonly addresses: AddressSet;
}

/** How many names or ranges a message lists. */
const LISTED = 3;

function refuseOutside(outside: AddressSet, allowed: AddressSet, asked: readonly AskedTarget[]): void {
  if (isEmpty(outside)) return;
  const reasons: string[] = [];
  let unnamed = outside;
  for (const { target, addresses } of asked) {
    if (target.kind !== "name") continue;
    const bad = intersectAddresses(addresses, outside);
    if (isEmpty(bad)) continue;
    reasons.push(`${target.text} resolves to ${describeAddressSet(bad, LISTED)}`);
    unnamed = subtractAddresses(unnamed, bad);
  }
  const more = reasons.length - LISTED;
  const listed = more > 0 ? [...reasons.slice(0, LISTED), `${more} more names`] : reasons;
  if (!isEmpty(unnamed)) listed.unshift(describeAddressSet(unnamed, LISTED));
  throw new PortreeveError("usage", `${listed.join("; ")}, outside the allowed networks`, {
    hint: `allowed: ${describeAddressSet(allowed)}. Exclude what is outside, or add its network to the configuration`,
  });
}

function countForRun(left: AddressSet, union: AddressSet): number {
  const count = countAddresses(left);
  if (count === 0n) {
    throw new PortreeveError("usage", "nothing left to scan", {
      hint: `exclusions, and addresses that are never scanned, take away all that was asked for: ${describeAddressSet(union, LISTED)}`,
    });
  }
  if (count <= BigInt(MOST_SCOPE_ADDRESSES)) return Number(count);
  const most = MOST_SCOPE_ADDRESSES.toLocaleString("en-US");
  const v6 = countAddresses({ v4: [], v6: left.v6 });
  if (v6 > BigInt(MOST_SCOPE_ADDRESSES)) {
    throw new PortreeveError(
      "usage",
      `${v6.toLocaleString("en-US")} IPv6 addresses, more than ${most}: a /64 cannot be swept by brute force`,
      {
        hint:
          "list the IPv6 addresses that are in use, from neighbour tables, DHCP or DNS; of a network on this machine's " +
          "own link the neighbours that it knows are swept (ip -6 neigh)",
      },
    );
  }
  throw new PortreeveError("usage", `${count.toLocaleString("en-US")} addresses, more than ${most}`, {
    hint: "split it into audits",
  });
}

function listNames(targets: readonly Target[], resolved: ScopeRequest["resolved"]): ScopeName[] {
  const names = new Set(targets.filter((target) => target.kind === "name").map((target) => target.text));
  return [...names].map((name) => ({
    name,
    addresses: [...new Set(resolved.get(name) ?? [])].sort(compareAddresses),
  }));
}

function isEmpty(set: AddressSet): boolean {
  return set.v4.length === 0 && set.v6.length === 0;
}
