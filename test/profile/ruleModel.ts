/**
 * The rule of who wins, read naively: for every question every group and every exception is tried on every address
 * of the host. It shares nothing with the program but the words.
 */
import type { FindingRule } from "../../src/facts/finding.js";
import {
  ADDRESSES,
  DNS,
  NETWORKS,
  type Place,
  VANTAGES,
  type Written,
  type WrittenMatch,
} from "./writtenRules.js";

interface ModelHost {
  readonly addresses: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

/** Every address there is, the lowest first. */
const IN_ORDER: readonly string[] = [...ADDRESSES.slice(0, 5), "203.0.113.5", ...ADDRESSES.slice(5)];

interface Machine {
  isHost: boolean;
  addresses: Set<string>;
  names: string[];
  tags: string[];
  lent: string[];
}

/**
 * The machine that has the address. Rows are laid one after the other on the machines there are and make one of what they
 * touch, unless that were two hosts of the profile; those rows come last, and only tell the hosts their tags.
 */
export function hostOf(profile: Written, address: string, { vantage, realm }: Place): ModelHost {
  let machines: Machine[] = profile.hosts.map(({ name, addresses, internet, tags }) => ({
    isHost: true,
    addresses: new Set([...addresses, ...(vantage === "internet" && internet !== null ? [internet] : [])]),
    names: [name],
    tags: [...tags],
    lent: [],
  }));
  const isHosts = new Set(machines.flatMap((each) => [...each.addresses]));
  const rows = profile.assets
    .filter((each) => each.realm === null || each.realm === realm)
    .map(({ addresses, id, names, tags }) => ({
      isHost: false,
      addresses: new Set(addresses.map(String)),
      names: [...names, ...(id === null ? [] : [id.toLowerCase()])],
      tags: [...tags],
      lent: [],
      order: [
        addresses.some((each) => isHosts.has(each)) ? 0 : 1,
        Math.min(...addresses.map((each) => IN_ORDER.indexOf(each))),
        addresses.join(),
      ],
    }));
  rows.sort((a, b) => {
    const at = a.order.findIndex((value, index) => value !== b.order[index]);
    return at === -1 ? 0 : (a.order[at] ?? 0) < (b.order[at] ?? 0) ? -1 : 1;
  });
  const touchedBy = (row: Machine) =>
    machines.filter((each) => [...each.addresses].some((other) => row.addresses.has(other)));
  const lay = (row: Machine) => {
    const all = [row, ...touchedBy(row)];
    machines = machines.filter((each) => !all.includes(each));
    machines.push({
      isHost: all.some(({ isHost }) => isHost),
      addresses: new Set(all.flatMap(({ addresses }) => [...addresses])),
      names: all.flatMap(({ names }) => names),
      tags: all.flatMap(({ tags }) => tags),
      lent: all.flatMap(({ lent }) => lent),
    });
  };
  const last: Machine[] = [];
  for (const row of rows) {
    if (touchedBy(row).filter(({ isHost }) => isHost).length > 1) last.push(row);
    else lay(row);
  }
  for (const row of last) {
    const hosts = touchedBy(row).filter(({ isHost }) => isHost);
    for (const host of hosts) host.lent.push(...row.tags);
    const rest = [...row.addresses].filter((each) => !hosts.some(({ addresses }) => addresses.has(each)));
    if (rest.length > 0) lay({ ...row, addresses: new Set(rest) });
  }
  const found = machines.find(({ addresses }) => addresses.has(address));
  const tags = found === undefined || found.tags.length > 0 ? found?.tags : found.lent;
  return {
    addresses: found?.addresses ?? new Set([address]),
    names: new Set(found?.names),
    tags: new Set(tags?.map((tag) => tag.toLowerCase())),
  };
}

/** Prefix length of the block if the address is in it, else -1; by binary text, nothing else. */
function prefixAround(block: string, address: string): number {
  const [base = "", length] = block.split("/");
  const [a, b] = [binary(base), binary(address)];
  const prefix = length === undefined ? a.length : Number(length);
  return a.length === b.length && a.slice(0, prefix) === b.slice(0, prefix) ? prefix : -1;
}

function binary(address: string): string {
  if (!address.includes(":")) {
    return address
      .split(".")
      .map((octet) => Number(octet).toString(2).padStart(8, "0"))
      .join("");
  }
  const [head = "", tail = ""] = address.split("::");
  const [front, back] = [head, tail].map((part) => part.split(":").filter((each) => each !== ""));
  const groups = [
    ...(front ?? []),
    ...Array<string>(8 - (front?.length ?? 0) - (back?.length ?? 0)).fill("0"),
    ...(back ?? []),
  ];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

/** `[address, name, tag, prefix]`, or null where a key does not match. */
export function specificity(
  keys: WrittenMatch,
  host: ModelHost,
  profile: Written,
  place: Place,
): readonly number[] | null {
  const own = [...host.addresses];
  const isNamed = (name: string) => {
    const bearers = [...ADDRESSES, "203.0.113.5"].some((each) =>
      hostOf(profile, each, place).names.has(name),
    );
    return bearers ? host.names.has(name) : (DNS[name] ?? []).some((each) => host.addresses.has(each));
  };
  const rank = [0, 0, 0, -1];
  const isAddress = (text: string) => !text.includes("/") && /[:]|^[\d.]+$/.test(text);
  const longest = (blocks: readonly string[], among: readonly string[]) =>
    Math.max(-1, ...blocks.flatMap((block) => among.map((each) => prefixAround(block, each))));
  if (keys.realm !== undefined && !keys.realm.includes(place.realm)) return null;
  if (keys.address !== undefined) {
    if (keys.address.some((each) => isAddress(each) && host.addresses.has(each))) rank[0] = 1;
    else rank[3] = longest(keys.address, own);
    if (rank[0] === 0 && rank[3] === -1) return null;
  }
  if (keys.host !== undefined) {
    if (keys.host.some((each) => host.addresses.has(each))) rank[0] = 1;
    else if (keys.host.some((each) => !isAddress(each) && isNamed(each))) rank[1] = 1;
    else return null;
  }
  if (keys.name !== undefined) {
    if (!keys.name.some(isNamed)) return null;
    rank[1] = 1;
  }
  if (keys.tags !== undefined) {
    if (!keys.tags.some((tag) => host.tags.has(tag.toLowerCase()))) return null;
    rank[2] = 1;
  }
  if (keys.network !== undefined) {
    const found = keys.network.map((name) => {
      const { cidr, except } = NETWORKS[name] ?? { cidr: [name], except: [] };
      return longest(
        cidr,
        own.filter((each) => longest(except, [each]) === -1),
      );
    });
    if (Math.max(...found) === -1) return null;
    rank[3] = Math.max(rank[3] ?? -1, ...found);
  }
  return rank;
}

/** Below zero: `a` comes first. The first difference decides; a larger number is the better. */
function better(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, at) => value !== b[at]);
  return index === -1 ? 0 : (b[index] ?? 0) - (a[index] ?? 0);
}

const GRAVITY = { forbidden: 2, required: 1, allowed: 0 };

interface Says {
  readonly word: keyof typeof GRAVITY;
  readonly elsewhere: string | null;
  readonly width: number;
  readonly rank: readonly number[];
}

/** What may be said of a port: more than one answer only where rules tie in everything but their wording. */
export function judge(profile: Written, address: string, port: number, place: Place): readonly string[] {
  const host = hostOf(profile, address, place);
  const champions: Says[] = [];
  let isListed = false;
  for (const group of profile.groups) {
    const rank = specificity(group.match, host, profile, place);
    if (rank === null) continue;
    const said: (Says & { readonly depth: number; readonly isNamed: boolean })[] = [];
    for (const [depth, entries] of [group.entries, group.parent ? profile.parents : []].entries()) {
      for (const each of entries) {
        if (port < each.port || port >= each.port + each.width) continue;
        const isClosed = each.closedFrom.includes(place.vantage);
        const isOut = !isClosed && each.from !== null && !each.from.includes(place.vantage);
        if (isOut && each.list === "forbidden") continue;
        isListed = true;
        const word = isClosed || isOut ? "forbidden" : each.list;
        if (each.unreviewed && !(word === "forbidden" && !isOut)) continue;
        const elsewhere = isClosed ? "closed-from" : isOut ? "not-from" : null;
        const isNamed = isClosed || (each.from?.includes(place.vantage) ?? false);
        said.push({ word, elsewhere, width: each.width, rank, depth, isNamed });
      }
    }
    // The group's own words silence what it takes over.
    const nearest = said.filter(({ depth }) => depth === Math.min(...said.map((each) => each.depth)));
    const within = ({ width, word }: Says) => [-width, GRAVITY[word]];
    const byRank = nearest.toSorted((a, b) => better(within(a), within(b)));
    // A rule for other places gives way to a permission for this one, unless a real ban is at least as exact as that.
    const isBan = ({ word, elsewhere }: Says) => word === "forbidden" && elsewhere !== "not-from";
    const invited = byRank.filter(({ word, isNamed }) => isNamed && word !== "forbidden");
    const [guest] = invited;
    const isShut = byRank.some(
      (each) => guest !== undefined && isBan(each) && better(within(each), within(guest)) <= 0,
    );
    const heard = byRank[0]?.elsewhere === "not-from" && guest !== undefined && !isShut ? invited : byRank;
    const best = heard[0];
    champions.push(...heard.filter((each) => best !== undefined && better(within(each), within(best)) === 0));
  }
  if (champions.length === 0) return [isListed ? "unreviewed null" : "unlisted null"];
  const overall = ({ rank, width, word }: Says) => [...rank, -width, GRAVITY[word]];
  const best = champions.toSorted((a, b) => better(overall(a), overall(b)))[0];
  if (best === undefined) return [];
  return champions
    .filter((each) => better(overall(each), overall(best)) === 0)
    .map(({ word, elsewhere }) => `${word} ${elsewhere}`);
}

export function coverOf(
  profile: Written,
  address: string,
  port: number,
  rule: FindingRule,
  place: Place,
): string | null {
  const host = hostOf(profile, address, place);
  const usual = [
    "unexpected-open",
    "forbidden-open",
    "wrong-service",
    "vantage-violation",
    "firewall-hole",
    "unconfirmed",
  ];
  const fitting = profile.exceptions.flatMap((each) => {
    const rank = specificity(each.match, host, profile, place);
    if (rank === null || !(each.from ?? VANTAGES).some((vantage) => vantage === place.vantage)) return [];
    if (!(each.rules ?? usual).includes(rule)) return [];
    if (port < each.port || port >= each.port + each.width) return [];
    const isActive = Number(each.expires >= "2026-06-15");
    const end = Date.parse(each.expires);
    return [{ id: each.id, key: [isActive, ...rank, end], isActive }];
  });
  fitting.sort((a, b) => better(a.key, b.key) || (a.id < b.id ? -1 : 1));
  const [first] = fitting;
  return first === undefined ? null : `${first.id} ${first.isActive === 1}`;
}
