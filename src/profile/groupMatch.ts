import { readNetworks } from "./namedNetworks.js";
import { suggestWord } from "./nearWord.js";
import { plainText } from "./problem.js";
import type { Match, NamedNetwork } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import { type GroupFile, NAME_PATTERN } from "./schema.js";
import type { YamlPath } from "./yamlFile.js";

/** Labels of letters, digits, `-` and `_`, as resolvers take them (RFC 1123; `_` is out there). */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Reads a group's `match`: names of networks are looked up, addresses parsed. */
export function readMatch(
  match: GroupFile["match"],
  path: YamlPath,
  networks: ReadonlyMap<string, NamedNetwork>,
  reading: Reading,
): Match {
  return {
    networks:
      match?.network === undefined
        ? null
        : matchNetworks(match.network, [...path, "network"], networks, reading),
    addresses:
      match?.address === undefined ? null : readNetworks(match.address, [...path, "address"], reading),
    names: match?.name === undefined ? null : matchNames(match.name, [...path, "name"], reading),
    tags: match?.tags === undefined ? null : [match.tags].flat(),
  };
}

function matchNetworks(
  texts: string | readonly string[],
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
      const near = suggestWord(item, networks.keys()) || "; name it under `networks`, or write a CIDR";
      reading.complain(at, `unknown network \`${plainText(item)}\`${near}`);
    } else {
      found.push(
        ...readNetworks([item], path, reading).map((network) => ({
          name: item,
          cidrs: [network],
          except: [],
        })),
      );
    }
  }
  return found;
}

function matchNames(texts: string | readonly string[], path: YamlPath, reading: Reading): readonly string[] {
  const names: string[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const name = item.toLowerCase().replace(/\.$/, "");
    const looksLikeAddress = /^[\d.]+$/.test(name);
    if (HOST_NAME.test(name) && !looksLikeAddress) names.push(name);
    else {
      const hint = looksLikeAddress || name.includes(":") ? "; an address stands under `address`" : "";
      reading.complain(at, `\`${plainText(item)}\` is no host name${hint}`);
    }
  }
  return names;
}
