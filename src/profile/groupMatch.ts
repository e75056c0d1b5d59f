import { tryParseAddress } from "../scope/address.js";
import { type Network, parseNetwork } from "../scope/network.js";
import { looksLikeAddress, readHostName } from "./hostName.js";
import { readNetworks } from "./namedNetworks.js";
import { suggestWord } from "./nearWord.js";
import { plainText } from "./problem.js";
import type { Match, NamedNetwork } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { MatchFile } from "./schema.js";
import { NAME_PATTERN } from "./schemaWords.js";
import type { YamlPath } from "./yamlFile.js";

type Texts = string | readonly string[];

/** Reads the `match` of a group or an exception: names of networks are looked up, addresses parsed. */
export function readMatch(
  match: MatchFile | null | undefined,
  path: YamlPath,
  networks: ReadonlyMap<string, NamedNetwork>,
  reading: Reading,
): Match {
  const { network, name, host, tags, realm } = match ?? {};
  return {
    networks: network === undefined ? null : matchNetworks(network, [...path, "network"], networks, reading),
    addresses: matchAddresses(match ?? {}, path, reading),
    names: name === undefined ? null : matchNames(name, [...path, "name"], reading),
    hosts: host === undefined ? null : matchHosts(host, [...path, "host"], reading),
    tags: tags === undefined ? null : [...new Set([tags].flat())],
    realms: realm === undefined ? null : [...new Set([realm].flat())],
  };
}

/** `address` and `cidr` are two words for one key. */
function matchAddresses(
  { address, cidr }: MatchFile,
  path: YamlPath,
  reading: Reading,
): readonly Network[] | null {
  if (address !== undefined && cidr !== undefined) {
    reading.complainOfKey(
      [...path, "cidr"],
      "`cidr` is another word for `address`: write all under one of them",
    );
  }
  if (address !== undefined) return readNetworks(address, [...path, "address"], reading);
  return cidr === undefined ? null : readNetworks(cidr, [...path, "cidr"], reading);
}

function matchNetworks(
  texts: Texts,
  path: YamlPath,
  networks: ReadonlyMap<string, NamedNetwork>,
  reading: Reading,
): readonly NamedNetwork[] {
  const found: NamedNetwork[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const named = networks.get(item);
    if (named !== undefined) {
      found.push(named);
    } else if (NAME_PATTERN.test(item)) {
      reading.complain(at, () => {
        const near = suggestWord(item, networks.keys()) || "; name it under `networks`, or write a CIDR";
        return `unknown network \`${plainText(item)}\`${near}`;
      });
    } else {
      const cidrs = readNetworks(item, at, reading);
      found.push(...cidrs.map((network) => ({ name: item, cidrs: [network], except: [] })));
    }
  }
  return found;
}

function matchNames(texts: Texts, path: YamlPath, reading: Reading): readonly string[] {
  return listWithPaths(texts, path).flatMap(({ item, path: at }) => {
    const name = readHostName(item);
    if (name !== null) return [name];
    const hint = looksLikeAddress(item) ? "; an address stands under `address`" : "";
    reading.complain(at, `\`${plainText(item)}\` is no host name${hint}`);
    return [];
  });
}

function matchHosts(texts: Texts, path: YamlPath, reading: Reading): NonNullable<Match["hosts"]> {
  const names: string[] = [];
  const addresses: Network[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const name = readHostName(item);
    if (tryParseAddress(item) !== null) addresses.push(parseNetwork(item));
    else if (name !== null) names.push(name);
    else {
      const hint = item.includes("/") ? "; a network stands under `cidr` or `network`" : "";
      reading.complain(at, `\`${plainText(item)}\` is no host name and no address${hint}`);
    }
  }
  return { names, addresses };
}
