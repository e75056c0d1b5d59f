import type { Address } from "../facts/address.js";
import { explainBadAddress, tryParseAddress } from "../scope/address.js";
import { gatherDefinitions, type Placed } from "./definitions.js";
import { readOwner } from "./entry.js";
import { foldHostName, readHostName } from "./hostName.js";
import type { Part } from "./include.js";
import { namePlace, plainText } from "./problem.js";
import { type ProfileHost, UNREVIEWED } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { ProfileContent } from "./schema.js";
import { explainVantage, type VantageNames } from "./vantages.js";
import type { YamlPath } from "./yamlFile.js";

type HostFile = NonNullable<ProfileContent["hosts"]>[string];

/** An address that a host claims: its own, or what a vantage sees of it. */
interface Claim {
  readonly address: Address;
  /** Null: its own, wherever it is seen from. */
  readonly vantage: string | null;
  readonly host: Pick<ProfileHost, "name" | "line" | "realms">;
  readonly complain: (message: string) => void;
}

/** Reads `hosts` of all files. An address that two of them claim is complained of. */
export function readHosts(parts: readonly Part[], vantages: VantageNames): readonly ProfileHost[] {
  const claims: Claim[] = [];
  const hosts = [...gatherDefinitions(parts, "hosts", "host", foldHostName)].map(([name, placed]) =>
    readHost(name, placed, vantages, claims),
  );
  checkClaims(claims);
  return hosts;
}

function readHost(
  name: string,
  { value, path, reading }: Placed<HostFile>,
  vantages: VantageNames,
  claims: Claim[],
): ProfileHost {
  const isShort = typeof value === "string" || Array.isArray(value);
  const detail = isShort ? { addresses: value } : value;
  const seenAs = Object.entries(detail.seen_as ?? {});
  if (readHostName(name) === null) {
    reading.complainOfKey(path, `\`${plainText(name)}\` is no host name`);
  }
  if (detail.addresses === undefined && seenAs.length === 0) {
    reading.complainOfKey(path, `the host \`${plainText(name)}\` has no addresses`);
  }
  const line = reading.lineOfKey(path);
  const realms = detail.realm === undefined ? null : [...new Set([detail.realm].flat())];

  function claim(
    texts: string | readonly string[],
    at: YamlPath,
    vantage: string | null,
  ): readonly Address[] {
    const found = readAddresses(texts, at, reading);
    for (const { address, path: place } of found) {
      const complain = (message: string) => reading.complain(place, message);
      claims.push({ address, vantage, host: { name, line, realms }, complain });
    }
    return [...new Set(found.map(({ address }) => address))];
  }

  return {
    name,
    addresses: claim(detail.addresses ?? [], isShort ? path : [...path, "addresses"], null),
    seenAs: new Map(
      seenAs.map(([vantage, texts]) => {
        const at = [...path, "seen_as", vantage];
        const wrong = explainVantage(vantage, vantages);
        if (wrong !== null) reading.complainOfKey(at, wrong);
        return [vantage, claim(texts, at, vantage)];
      }),
    ),
    realms,
    owner: readHostOwner(detail.owner, [...path, "owner"], reading),
    system: detail.system ?? null,
    tags: [...new Set([detail.tags ?? []].flat())],
    line,
  };
}

function readAddresses(
  texts: string | readonly string[],
  path: YamlPath,
  reading: Reading,
): readonly { readonly address: Address; readonly path: YamlPath }[] {
  return listWithPaths(texts, path).flatMap(({ item, path: at }) => {
    const address = tryParseAddress(item);
    if (address !== null) return [{ address, path: at }];
    const why = item.includes("/") ? "a host has addresses, not networks" : explainBadAddress(item).why;
    reading.complain(at, `\`${plainText(item)}\` is no address: ${why}`);
    return [];
  });
}

/** A host's owner permits nothing, so there is nothing to review. */
function readHostOwner(text: string | undefined, path: YamlPath, reading: Reading): string | null {
  const owner = readOwner(text, path, reading);
  if (owner === UNREVIEWED) reading.complain(path, "a host is not reviewed: name its owner, or none");
  return owner;
}

/** From one vantage an address of a realm is one host's: its own, or what the vantage sees of it behind NAT. */
function checkClaims(claims: readonly Claim[]): void {
  const own = new Map<string, Claim[]>();
  const seen = new Map<string, Claim[]>();
  for (const claim of claims) {
    if (claim.vantage === null) settleClaim(claim, claim.address, own, []);
  }
  for (const claim of claims) {
    if (claim.vantage === null) continue;
    settleClaim(claim, `${claim.vantage} ${claim.address}`, seen, own.get(claim.address) ?? []);
  }
}

/** Complains where a claim that came first is for one of the same realms; `before` are claims of another kind. */
function settleClaim(claim: Claim, key: string, held: Map<string, Claim[]>, before: readonly Claim[]): void {
  const alike = held.get(key) ?? [];
  const first = [...before, ...alike].find((other) => shareRealm(other.host.realms, claim.host.realms));
  if (first !== undefined) complainOfTaken(claim, first);
  else held.set(key, [...alike, claim]);
}

function shareRealm(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === null || b === null || a.some((realm) => b.includes(realm));
}

function complainOfTaken({ address, host, complain }: Claim, first: Claim): void {
  if (first.host.name === host.name) return;
  const seen = first.vantage === null ? "" : ` as \`${plainText(first.vantage)}\` sees it`;
  const holder = `the host \`${plainText(first.host.name)}\` (${namePlace(first.host.line)})`;
  complain(`${address} is an address of ${holder}${seen} already`);
}
