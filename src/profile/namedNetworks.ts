import { PortreeveError } from "../facts/error.js";
import { type Network, parseNetwork } from "../scope/network.js";
import { gatherDefinitions } from "./definitions.js";
import type { Part } from "./include.js";
import type { NamedNetwork } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { YamlPath } from "./yamlFile.js";

/** The address blocks of each of the profile's `networks`. */
export function readNamedNetworks(parts: readonly Part[]): ReadonlyMap<string, NamedNetwork> {
  const networks = new Map<string, NamedNetwork>();
  for (const [name, { value, path, reading }] of gatherDefinitions(parts, "networks", "network")) {
    if (typeof value === "string" || Array.isArray(value)) {
      networks.set(name, { name, cidrs: readNetworks(value, path, reading), except: [] });
    } else {
      networks.set(name, {
        name,
        cidrs: readNetworks(value.cidr, [...path, "cidr"], reading),
        except: readNetworks(value.except ?? [], [...path, "except"], reading),
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
