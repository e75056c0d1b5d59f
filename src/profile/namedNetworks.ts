import { PortreeveError } from "../facts/error.js";
import { type Network, parseNetwork } from "../scope/network.js";
import type { NamedNetwork } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { ProfileFile } from "./schema.js";
import type { YamlPath } from "./yamlFile.js";

type Definitions = NonNullable<ProfileFile["networks"]>;

/** The address blocks of each of the profile's `networks`. */
export function resolveNetworks(
  definitions: Definitions,
  reading: Reading,
): ReadonlyMap<string, NamedNetwork> {
  const networks = new Map<string, NamedNetwork>();
  for (const [name, definition] of Object.entries(definitions)) {
    const path = ["networks", name];
    if (typeof definition === "string" || Array.isArray(definition)) {
      networks.set(name, { name, cidrs: readNetworks(definition, path, reading), except: [] });
    } else {
      networks.set(name, {
        name,
        cidrs: readNetworks(definition.cidr, [...path, "cidr"], reading),
        except: readNetworks(definition.except ?? [], [...path, "except"], reading),
      });
    }
  }
  return networks;
}

/** CIDRs and addresses as blocks; what is none is complained of and left out. */
export function readNetworks(
  texts: string | readonly string[],
  path: YamlPath,
  reading: Reading,
): readonly Network[] {
  const networks: Network[] = [];
  for (const { item, path: at } of listWithPaths(texts, path)) {
    try {
      networks.push(parseNetwork(item));
    } catch (error) {
      if (!(error instanceof PortreeveError)) throw error;
      reading.complain(at, error.message);
    }
  }
  return networks;
}
