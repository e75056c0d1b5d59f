import type { PortSet } from "../facts/port.js";
import { emptyPortSet } from "../scope/portSet.js";
import { gatherDefinitions } from "./definitions.js";
import type { Part } from "./include.js";
import { readPorts, type ServicePorts, unionOfPorts } from "./portList.js";
import { plainText } from "./problem.js";
import { listWithPaths } from "./reading.js";

/** A service may be made of others, which are made of others: more steps than this are no one's intent. */
const DEEPEST = 100;

/** The ports of each of the profile's `services`. One may name others; in a circle is refused. */
export function readNamedServices(parts: readonly Part[]): ServicePorts {
  const definitions = gatherDefinitions(parts, "services", "service");
  const done = new Map<string, PortSet>();
  const names = new Map([...definitions.keys()].map((name) => [name, emptyPortSet]));

  function resolve(name: string, from: readonly string[]): PortSet {
    const known = done.get(name);
    const definition = definitions.get(name);
    if (known !== undefined || definition === undefined) return known ?? emptyPortSet;
    const { value, path, reading } = definition;
    if (from.includes(name)) {
      const circle = [...from.slice(from.indexOf(name)), name].map((each) => plainText(each)).join(" → ");
      reading.complainOfKey(path, `services name each other in a circle: ${circle}`);
      return emptyPortSet;
    }
    if (from.length > DEEPEST) {
      reading.complainOfKey(path, `services name each other more than ${DEEPEST} deep`);
      return emptyPortSet;
    }
    const sets: PortSet[] = [];
    for (const { item, path: at } of listWithPaths(value, path)) {
      // Within the definition of `ssh` the word `ssh` is the well-known service, not itself.
      if (item !== name && names.has(item)) {
        sets.push(resolve(item, [...from, name]));
        continue;
      }
      const read = readPorts(item, item === name ? new Map() : names);
      if (read.ports === null) reading.complain(at, () => read.wrong);
      else sets.push(read.ports);
    }
    const ports = unionOfPorts(sets);
    done.set(name, ports);
    return ports;
  }

  for (const name of definitions.keys()) resolve(name, []);
  return done;
}
