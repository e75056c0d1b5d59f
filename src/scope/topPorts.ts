import { PortreeveError } from "../facts/error.js";
import type { Port, PortSet, Protocol } from "../facts/port.js";
import { portSetOf } from "./portSet.js";
import type { ServiceTable } from "./serviceTable.js";

/**
 * The `n` ports of each protocol that nmap's survey found open most often, as `--top-ports n` chooses them:
 * by frequency, the lower port number first where frequencies are equal. Fewer where the table has fewer.
 * @throws PortreeveError `usage` where `n` is not a whole number from 1 to 65535
 */
export function topPorts(n: number, protocols: Iterable<Protocol>, services: ServiceTable): PortSet {
  if (!Number.isInteger(n) || n < 1 || n > 65_535) {
    throw new PortreeveError("usage", `--top-ports ${n}: not a whole number from 1 to 65535`, {
      hint: "write --top-ports 1000, or -p - for every port",
    });
  }
  const chosen: Port[] = [];
  for (const protocol of new Set(protocols)) {
    const frequencies = new Map<number, number>();
    for (const entry of services.entries) {
      // nmap keeps the first line of a port that is listed twice.
      if (entry.protocol === protocol && entry.port > 0 && !frequencies.has(entry.port)) {
        frequencies.set(entry.port, entry.frequency);
      }
    }
    const ranked = [...frequencies].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [port] of ranked.slice(0, n)) chosen.push({ protocol, port });
  }
  return portSetOf(chosen);
}
