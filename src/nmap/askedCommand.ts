/** A run as the one nmap command that asks the same: the `args` of its export. */
import type { Run } from "../facts/run.js";
import { countPorts, parseCanonicalPorts } from "../scope/portSet.js";

/** What a POSIX shell takes as it is. */
const UNQUOTED = /^[\w@%+=:,./-]+$/;

/**
 * For people and for tools that show it; portreeve itself asked in shards (`argv.ts`). Of an imported file it is the one
 * that the file names.
 */
export function askedCommand(run: Run): string {
  const [told = ""] = run.targets;
  if (run.source === "import" && run.targets.length === 1 && told.includes(" ")) return told;
  const ports = parseCanonicalPorts(run.ports);
  const words = [
    "nmap",
    ...(run.targets.some((target) => target.includes(":")) ? ["-6"] : []),
    "-n",
    ...(countPorts(ports, "tcp") > 0 ? [run.method === "connect" ? "-sT" : "-sS"] : []),
    ...(countPorts(ports, "udp") > 0 ? ["-sU"] : []),
    ...(countPorts(ports, "sctp") > 0 ? ["-sY"] : []),
    "-sV",
    ...(run.ports === "" ? [] : ["-p", run.ports]),
    ...(run.rate >= 1 ? ["--max-rate", String(Math.floor(run.rate))] : []),
    ...(run.exclusions.length > 0 ? ["--exclude", run.exclusions.join(",")] : []),
    "-oX",
    "-",
    ...run.targets,
  ];
  return words.map((word) => (UNQUOTED.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
