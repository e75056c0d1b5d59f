/**
 * Finds the groups (or exceptions) that match a host without trying them all. Everything that a match may name is a
 * place: an address, a block, a tag. Which places a host is in is looked up at once, by one table for each prefix
 * length in use. Hosts that are in the same places are matched by the same groups in the same way, so that a
 * network of a thousand hosts is worked out once; and only groups entered under one of those places can match.
 */
import type { Address, Family } from "../facts/address.js";
import { type Block, blockStart, type HostFacts } from "./hostFacts.js";
import { compileMatch, type MatchKey, type Naming, nameHost } from "./matchKeys.js";
import type { Match } from "./profile.js";
import { compareSpecificity, compareText } from "./rank.js";

interface Matching {
  readonly id: string;
  readonly match: Match;
}

/** What matches a host, and how exactly. */
export interface Matched<T> extends Naming {
  readonly item: T;
}

export interface MatchIndex<T> {
  readonly byAddress: ReadonlyMap<Address, Place<T>>;
  readonly byPrefix: readonly PrefixTable<T>[];
  readonly byTag: ReadonlyMap<string, Place<T>>;
  readonly everywhere: readonly Entered<T>[];
}

interface Entered<T> {
  readonly item: T;
  readonly keys: readonly MatchKey[];
}

/** An address, a block or a tag that some match names. */
interface Place<T> {
  readonly number: number;
  /** How many matches name it. */
  named: number;
  /** What is entered here: each match under one key only, whose places a host must be in to be matched. */
  readonly entered: Entered<T>[];
}

interface PrefixTable<T> {
  readonly family: Family;
  readonly prefix: number;
  readonly places: Map<number | bigint, Place<T>>;
}

/** The places one host is in. */
export interface Whereabouts<T> {
  readonly places: readonly Place<T>[];
  /** Equal texts: the same matches name the two hosts, and in the same words. */
  readonly text: string;
}

/** Builds the index of all that may match hosts of this realm. `names` holds the addresses of each host name. */
export function indexMatches<T extends Matching>(
  items: readonly T[],
  names: ReadonlyMap<string, readonly Address[]>,
  realm: string,
): MatchIndex<T> {
  const byAddress = new Map<Address, Place<T>>();
  const byPrefix = new Map<string, PrefixTable<T>>();
  const byTag = new Map<string, Place<T>>();
  const everywhere: Entered<T>[] = [];
  let count = 0;

  function placeIn<K>(table: Map<K, Place<T>>, key: K): Place<T> {
    let place = table.get(key);
    if (place === undefined) {
      place = { number: count++, named: 0, entered: [] };
      table.set(key, place);
    }
    return place;
  }

  function placeOfBlock({ family, prefix, first }: Block): Place<T> {
    const key = `${family}/${prefix}`;
    let table = byPrefix.get(key);
    if (table === undefined) {
      table = { family, prefix, places: new Map() };
      byPrefix.set(key, table);
    }
    return placeIn(table.places, first);
  }

  /** Where hosts must be that the key matches; null where it leaves that open. */
  function placesOf(key: MatchKey): readonly Place<T>[] | null {
    switch (key.kind) {
      case "one-by-one":
        return [
          ...[...key.singles, ...key.named.keys()].map((address) => placeIn(byAddress, address)),
          ...key.blocks.map(placeOfBlock),
        ];
      case "network":
        // Hosts in an excepted block are told from their neighbours by it, too.
        for (const { except } of key.networks) except.forEach(placeOfBlock);
        return key.networks.flatMap(({ cidrs }) => cidrs.map(placeOfBlock));
      case "tag":
        return [...key.tags].map((tag) => placeIn(byTag, tag));
      case "realm":
        return null;
    }
  }

  const compiled = items.flatMap((item) => {
    const keys = compileMatch(item.match, names, realm);
    if (keys === null) return [];
    const places = keys.map(placesOf);
    for (const place of places.flatMap((each) => each ?? [])) place.named++;
    return [{ entered: { item, keys }, places }];
  });
  for (const { entered, places } of compiled) {
    const quietest = quietestOf(places);
    if (quietest === null) everywhere.push(entered);
    else for (const place of new Set(quietest)) place.entered.push(entered);
  }
  return { byAddress, byPrefix: [...byPrefix.values()], byTag, everywhere };
}

/** Of the places of each key those that the fewest other matches name: there the fewest are asked in vain. */
function quietestOf<T>(places: readonly (readonly Place<T>[] | null)[]): readonly Place<T>[] | null {
  let quietest: readonly Place<T>[] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const each of places) {
    const crowd = each?.reduce((most, { named }) => Math.max(most, named), 0);
    if (each === null || crowd === undefined || crowd >= least) continue;
    quietest = each;
    least = crowd;
  }
  return quietest;
}

/** Looks up where a host is. */
export function locateHost<T>(index: MatchIndex<T>, host: HostFacts): Whereabouts<T> {
  const places: Place<T>[] = [];
  let text = "";
  const add = (place: Place<T> | undefined) => {
    if (place === undefined) return;
    places.push(place);
    text += `${place.number},`;
  };
  for (const address of host.addresses) {
    add(index.byAddress.get(address.address));
    for (const { family, prefix, places: table } of index.byPrefix) {
      if (family === address.family) add(table.get(blockStart(address, prefix)));
    }
    // Which address is in which block counts, for one may be excepted and another not.
    text += "/";
  }
  for (const tag of host.tags) add(index.byTag.get(tag));
  return { places, text };
}

/** What matches a host, the most specific first; equally specific ones by id. */
export function findMatches<T extends Matching>(
  index: MatchIndex<T>,
  host: HostFacts,
  { places }: Whereabouts<T>,
): readonly Matched<T>[] {
  const candidates = new Set(index.everywhere);
  for (const { entered } of places) for (const each of entered) candidates.add(each);
  const matched: Matched<T>[] = [];
  for (const { item, keys } of candidates) {
    const naming = nameHost(keys, host);
    if (naming !== null) matched.push({ item, ...naming });
  }
  return matched.sort(
    (a, b) => compareSpecificity(a.specificity, b.specificity) || compareText(a.item.id, b.item.id),
  );
}
