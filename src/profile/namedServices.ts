import type { PortSet } from "../facts/port.js";
import { emptyPortSet } from "../scope/portSet.js";
import { readPorts, type ServicePorts, unionOfPorts } from "./portList.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { ProfileFile } from "./schema.js";

type Definitions = NonNullable<ProfileFile["services"]>;

/** The ports of each of the profile's `services`. One may name others; in a circle is refused. */
export function resolveServices(definitions: Definitions, reading: Reading): ServicePorts {
  const done = new Map<string, PortSet>();
  const names = new Map(Object.keys(definitions).map((name) => [name, emptyPortSet]));

  function resolve(name: string, from: readonly string[]): PortSet {
    const known = done.get(name);
    if (known !== undefined) return known;
    const path = ["services", name];
    if (from.includes(name)) {
      const circle = [...from.slice(from.indexOf(name)), name].join(" → ");
      reading.complainOfKey(path, `services name each other in a circle: ${circle}`);
      return emptyPortSet;
    }
    const sets: PortSet[] = [];
    for (const { item, path: at } of listWithPaths(definitions[name] ?? [], path)) {
      // Within the definition of `ssh` the word `ssh` is the well-known service, not itself.
      if (item !== name && names.has(item)) {
        sets.push(resolve(item, [...from, name]));
        continue;
      }
      const read = readPorts(item, item === name ? new Map() : names);
      if (read.ports === null) reading.complain(at, read.wrong);
      else sets.push(read.ports);
    }
    const ports = unionOfPorts(sets);
    done.set(name, ports);
    return ports;
  }

  for (const name of Object.keys(definitions)) resolve(name, []);
  return done;
}
