/** Random profiles for the property tests of who wins: as data, which the model reads, and as YAML, which the program reads. */
import fc from "fast-check";
import type { Asset } from "../../src/facts/asset.js";
import type { FindingRule } from "../../src/facts/finding.js";
import { bindProfile } from "../../src/profile/bind.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";
import { asset } from "./bound.js";

export const VANTAGES = ["bastion", "office", "internet"] as const;
export const REALMS = ["default", "lab"] as const;
export const ADDRESSES = [
  "10.0.0.4",
  "10.0.0.5",
  "10.0.1.5",
  "10.2.0.7",
  "192.0.2.9",
  "2001:db8::5",
] as const;
export const PORTS = [20, 21, 22, 23];
/** What DNS says; `twin` is a name that an asset may bear, too. */
export const DNS: Readonly<Record<string, readonly string[]>> = {
  "web.example": ["10.0.0.5", "2001:db8::5"],
  "twin.example": ["10.0.1.5"],
};
export const NETWORKS: Readonly<Record<string, { cidr: readonly string[]; except: readonly string[] }>> = {
  lan: { cidr: ["10.0.0.0/16"], except: ["10.0.0.4"] },
  rack: { cidr: ["10.0.0.0/24", "2001:db8::/64"], except: ["10.0.0.5"] },
  far: { cidr: ["192.0.2.0/24", "10.2.0.0/16"], except: ["192.0.2.8/30"] },
};
export const DAYS = ["2026-06-14", "2026-06-15", "2026-06-16", "2027-01-01"] as const;

export interface WrittenMatch {
  readonly network?: readonly string[];
  readonly address?: readonly string[];
  readonly name?: readonly string[];
  readonly host?: readonly string[];
  readonly tags?: readonly string[];
  readonly realm?: readonly string[];
}
interface WrittenEntry {
  readonly list: "required" | "allowed" | "forbidden";
  readonly port: number;
  readonly width: number;
  readonly unreviewed: boolean;
  readonly from: readonly string[] | null;
  readonly closedFrom: readonly string[];
}
interface WrittenGroup {
  readonly id: string;
  readonly match: WrittenMatch;
  readonly parent: boolean;
  readonly entries: readonly WrittenEntry[];
}
interface WrittenException {
  readonly id: string;
  readonly match: WrittenMatch;
  readonly port: number;
  readonly width: number;
  readonly rules: readonly FindingRule[] | null;
  readonly from: readonly string[] | null;
  readonly expires: string;
}
interface WrittenHost {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly internet: string | null;
  readonly tags: readonly string[];
}
export interface Written {
  readonly groups: readonly WrittenGroup[];
  readonly parents: readonly WrittenEntry[];
  readonly exceptions: readonly WrittenException[];
  readonly hosts: readonly WrittenHost[];
  readonly assets: readonly Asset[];
}

const some = <T extends string>(...values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const keys: Readonly<Record<keyof WrittenMatch, fc.Arbitrary<string[]>>> = {
  network: some(...Object.keys(NETWORKS), "10.0.0.0/8", "::/0"),
  address: some(...ADDRESSES.slice(0, 4), "10.0.0.0/30", "192.0.2.0/24"),
  name: some("web.example", "twin.example", "db01", "nobody.example"),
  host: some("db01", "web.example", "10.2.0.7", "2001:db8::5"),
  tags: some("Linux", "web"),
  realm: some(...REALMS),
};
/** Few keys: of many that must all match one seldom does not. */
const match: fc.Arbitrary<WrittenMatch> = fc
  .subarray(Object.keys(keys) as (keyof WrittenMatch)[], { maxLength: 2 })
  .chain((chosen) => fc.record(Object.fromEntries(chosen.map((key) => [key, keys[key]]))));
const none = fc.constant<string[]>([]);
const places = fc
  .record({
    from: fc.option(some(...VANTAGES), { nil: null, freq: 2 }),
    closedFrom: fc.oneof(none, none, fc.subarray<string>([...VANTAGES])),
  })
  // The same vantage in both is refused.
  .map(({ from, closedFrom }) => ({
    from,
    closedFrom: closedFrom.filter((each) => from?.some((other) => other === each) !== true),
  }));
const entry: fc.Arbitrary<WrittenEntry> = fc
  .tuple(
    fc.record({
      list: fc.constantFrom("required" as const, "allowed" as const, "forbidden" as const),
      port: fc.constantFrom(...PORTS),
      width: fc.constantFrom(1, 1, 2, 3, 40),
      unreviewed: fc.boolean(),
    }),
    places,
  )
  .map(([what, where]) => ({ ...what, ...where }));
const exception = fc.record({
  id: fc.stringMatching(/^E[0-9]{1,2}$/),
  match: match.filter((each) => Object.keys(each).length > 0),
  port: fc.constantFrom(...PORTS),
  width: fc.constantFrom(1, 1, 2, 3, 40),
  rules: fc.option(
    fc.subarray<FindingRule>(["unexpected-open", "forbidden-open", "required-missing"], { minLength: 1 }),
    { nil: null },
  ),
  from: fc.option(some(...VANTAGES), { nil: null }),
  expires: fc.constantFrom(...DAYS),
});
/** Each host takes some of the addresses that are left, so that no two claim one. */
const hosts = fc
  .tuple(
    fc.shuffledSubarray([...ADDRESSES]),
    fc.array(some("linux", "web"), { minLength: 2, maxLength: 2 }),
    fc.boolean(),
  )
  .map(([addresses, tags, isNated]): WrittenHost[] => [
    {
      name: "db01",
      addresses: addresses.slice(0, 2),
      internet: isNated ? "203.0.113.5" : null,
      tags: tags[0] ?? [],
    },
    { name: "app", addresses: addresses.slice(2, 3), internet: null, tags: [] },
  ])
  .map((each) => each.filter(({ addresses }) => addresses.length > 0));
const assets = fc.array(
  fc
    .record({
      addresses: some(...ADDRESSES, "203.0.113.5"),
      id: fc.constantFrom(null, "Twin.example", "other"),
      names: fc.subarray(["twin.example"]),
      tags: fc.subarray(["WEB", "linux"]),
      owner: fc.constantFrom(null, "anna", "bert"),
      realm: fc.constantFrom(null, ...REALMS),
    })
    .map(({ addresses, ...rest }) => asset(addresses, rest)),
  { maxLength: 3 },
);
export const written: fc.Arbitrary<Written> = fc.record({
  groups: fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-d][0-9]?$/),
      match,
      parent: fc.boolean(),
      entries: fc.array(entry, { maxLength: 4 }),
    }),
    { selector: ({ id }) => id, maxLength: 6 },
  ),
  parents: fc.array(entry, { maxLength: 3 }),
  exceptions: fc.uniqueArray(exception, { selector: ({ id }) => id, maxLength: 5 }),
  hosts,
  assets,
});

// As YAML: flow style is JSON.

const ports = ({ port, width }: { port: number; width: number }) => `${port}-${port + width - 1}/tcp`;

function listsOf(entries: readonly WrittenEntry[]) {
  const list = (name: string) =>
    entries
      .filter((each) => each.list === name)
      .map((each) => ({
        port: ports(each),
        ...(each.unreviewed ? { owner: "unreviewed" } : {}),
        ...(each.from === null ? {} : { from: each.from }),
        ...(each.closedFrom.length === 0 ? {} : { closed_from: each.closedFrom }),
      }));
  return { required: list("required"), allowed: list("allowed"), forbidden: list("forbidden") };
}

/** `order` shuffles what is given to it; every second group and exception stands in an included file. */
function parse(profile: Written, order: <T>(items: readonly T[]) => readonly T[]) {
  const groups = order(profile.groups).map(({ id, match, parent, entries }) => ({
    id,
    match: match,
    ...(parent ? { extends: "parent" } : {}),
    ...listsOf(order(entries)),
  }));
  // The parent is for no host: it is there to be extended.
  const parent = { id: "parent", match: { address: "198.51.100.1" }, ...listsOf(order(profile.parents)) };
  const exceptions = order(profile.exceptions).map(({ id, match, rules, from, expires, ...range }) => ({
    id,
    match: match,
    ports: ports(range),
    ...(rules === null ? {} : { rules }),
    ...(from === null ? {} : { from }),
    owner: "o",
    reason: "r",
    expires,
  }));
  const half = <T>(items: readonly T[], rest: number) => items.filter((_, index) => index % 2 === rest);
  const root = {
    version: 1,
    include: "more.yaml",
    networks: NETWORKS,
    hosts: Object.fromEntries(
      order(profile.hosts).map(({ name, addresses, internet, tags }) => [
        name,
        {
          addresses,
          ...(tags.length === 0 ? {} : { tags }),
          ...(internet === null ? {} : { seen_as: { internet } }),
        },
      ]),
    ),
    groups: order([parent, ...half(groups, 0)]),
    exceptions: half(exceptions, 0),
  };
  const more = { groups: half(groups, 1), exceptions: half(exceptions, 1) };
  return parseProfile(JSON.stringify(root), "p.yaml", [{ name: "more.yaml", text: JSON.stringify(more) }]);
}

export type Place = { readonly vantage: string; readonly realm: string };

export function bindAt(
  profile: Written,
  place: Place,
  order: <T>(items: readonly T[]) => readonly T[] = (all) => all,
) {
  const names = new Map(Object.entries(DNS).map(([name, all]) => [name, all.map(parseAddress)]));
  return bindProfile(parse(profile, order), { ...place, zone: "UTC", names, assets: order(profile.assets) });
}
