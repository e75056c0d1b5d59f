import type { Port, PortSet } from "../facts/port.js";
import { countPorts, listPorts, portSetOf } from "../scope/portSet.js";

/**
 * So many of the ports, each as likely as any other; all where there are no more (Knuth's selection sampling: it ends
 * whatever the source says).
 * @param random a source of numbers in [0, 1)
 */
export function pickPorts(ports: PortSet, most: number, random: () => number): PortSet {
  let left = countPorts(ports);
  if (left <= most) return ports;
  const picked: Port[] = [];
  for (const port of listPorts(ports)) {
    if (random() * left < most - picked.length) picked.push(port);
    left -= 1;
  }
  return portSetOf(picked);
}
