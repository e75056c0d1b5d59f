/** A run as the one nmap command that asks the same: the `args` of its export. */
import type { Run } from "../facts/run.js";
import { countPorts, parseCanonicalPorts } from "../scope/portSet.js";

/** What a POSIX shell takes as it is. */
const UNQUOTED = /^[\w@%+=:,./-]+$/;

/** For people and for tools that show it; portreeve itself asked in shards (`argv.ts`). */
export function askedCommand(run: Run): string {
  const ports = parseCanonicalPorts(run.ports);
  const words = [
    "nmap",
    ...(run.targets.some((target) => target.includes(":")) ? ["-6"] : []),
    "-n",
    ...(countPorts(ports, "tcp") > 0 ? [run.method === "connect" ? "-sT" : "-sS"] : []),
    ...(countPorts(ports, "udp") > 0 ? ["-sU"] : []),
    ...(countPorts(ports, "sctp") > 0 ? ["-sY"] : []),
    ...(run.source === "live" ? ["-sV"] : []),
    ...(run.ports === "" ? [] : ["-p", run.ports]),
    ...(run.rate >= 1 ? ["--max-rate", String(Math.floor(run.rate))] : []),
    ...(run.exclusions.length > 0 ? ["--exclude", run.exclusions.join(",")] : []),
    "-oX",
    "-",
    ...run.targets,
  ];
  return words.map((word) => (UNQUOTED.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
