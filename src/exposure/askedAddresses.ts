import type { Run } from "../facts/run.js";
import type { RunView } from "../facts/view.js";
import {
  type AddressSet,
  addressSetOf,
  emptyAddressSet,
  subtractAddresses,
  unionOfAddressSets,
} from "../scope/addressSet.js";
import { parseTarget } from "../scope/target.js";

/**
 * The addresses that a run set out to ask, as far as its own words tell. Names are left out (what they resolved to is
 * not kept), and so are the words of an imported file that are no targets of ours.
 */
export function askedAddresses({ targets, exclusions }: Pick<Run, "targets" | "exclusions">): AddressSet {
  return subtractAddresses(
    unionOfAddressSets(targets.map(addressesOf)),
    unionOfAddressSets(exclusions.map(addressesOf)),
  );
}

/**
 * The addresses of which it is sure that the run asked them: none where it did not end, where a file tells of it, or
 * where a name was excluded, which may have been any of them.
 */
export function surelyAsked(run: Run): AddressSet {
  if (run.outcome !== "complete" || run.source !== "live") return emptyAddressSet;
  return run.exclusions.some((text) => knownAddresses(text) === null) ? emptyAddressSet : askedAddresses(run);
}

/** The addresses that a complete run asked and that answered nothing, beside the hosts of its view. */
export function silentAddresses({ run, hosts }: Pick<RunView, "run" | "hosts">): AddressSet {
  return subtractAddresses(surelyAsked(run), addressSetOf(hosts.map(({ address }) => address)));
}

/** A word that names no addresses asks for none. */
function addressesOf(text: string): AddressSet {
  return knownAddresses(text) ?? emptyAddressSet;
}

/** Null: the word is a name, or no target at all, which is not ours to complain of here. */
function knownAddresses(text: string): AddressSet | null {
  try {
    const target = parseTarget(text);
    return target.kind === "set" ? target.addresses : null;
  } catch {
    return null;
  }
}
