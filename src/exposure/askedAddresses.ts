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

/** The addresses that a complete run asked and that answered nothing, beside the hosts of its view. */
export function silentAddresses({ run, hosts }: Pick<RunView, "run" | "hosts">): AddressSet {
  if (run.outcome !== "complete" || run.source !== "live") return emptyAddressSet;
  return subtractAddresses(askedAddresses(run), addressSetOf(hosts.map(({ address }) => address)));
}

function addressesOf(text: string): AddressSet {
  try {
    const target = parseTarget(text);
    return target.kind === "set" ? target.addresses : emptyAddressSet;
  } catch {
    // Not ours to complain of here: a word that names no addresses asks for none.
    return emptyAddressSet;
  }
}
