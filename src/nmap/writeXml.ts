/**
 * A stored run as nmap's XML: valid by nmap.dtd of 7.93, read by ndiff, Zenmap and nmap.xsl. Only what was proved is in
 * it: a port that is neither listed nor in a group with its number was not covered. What nmap's form cannot say stands in
 * notes (`hostNote.ts`, `runNote.ts`), and `readNotes.ts` makes exactly the same observations of it again.
 */
import type { Instant, Run } from "../facts/run.js";
import { countPorts, parseCanonicalPorts } from "../scope/portSet.js";
import { askedCommand } from "./askedCommand.js";
import { noteText } from "./hostNote.js";
import { runNoteOf } from "./runNote.js";
import { type ExportedHost, type NameOf, rangesText, secondsOf, writeHost } from "./writeHost.js";
import { xmlAttributes, xmlElement } from "./xmlText.js";

/**
 * Piece by piece, a host a piece: no more than one host is in memory.
 * @param nameOf what nmap's table calls a port; so nmap names the listed ports that are not open
 */
export function* writeXml(
  run: Run,
  hosts: Iterable<ExportedHost>,
  nameOf: NameOf = () => null,
): Generator<string> {
  yield head(run);
  let up = 0;
  let written = 0;
  for (const host of hosts) {
    yield `${writeHost(host, nameOf)}\n`;
    written += 1;
    if (host.observation.presence === "alive") up += 1;
  }
  yield tail(run, up, Math.max(run.addressCount, written));
}

function head(run: Run): string {
  const attributes = xmlAttributes({
    scanner: "nmap",
    args: askedCommand(run),
    start: secondsOf(run.startedAt),
    startstr: timeText(run.startedAt),
    version: run.nmapVersion,
    profile_name: noteText(runNoteOf(run)),
    xmloutputversion: "1.05",
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<!DOCTYPE nmaprun>",
    "<!-- portreeve's export of a stored run -->",
    `<nmaprun${attributes}>`,
    ...scanInfo(run),
    '<verbose level="0"/>',
    '<debugging level="0"/>',
    "",
  ].join("\n");
}

function scanInfo(run: Run): string[] {
  const ports = parseCanonicalPorts(run.ports);
  const types = { tcp: run.method === "connect" ? "connect" : "syn", udp: "udp", sctp: "sctpinit" };
  return (["tcp", "udp", "sctp"] as const)
    .filter((protocol) => ports[protocol].length > 0)
    .map((protocol) =>
      xmlElement("scaninfo", {
        type: types[protocol],
        protocol,
        numservices: countPorts(ports, protocol),
        services: rangesText(ports[protocol]),
      }),
    );
}

/** A run that is not complete is an error to every reader of nmap's files: nothing in it ends what it does not show. */
function tail(run: Run, up: number, total: number): string {
  const end = run.endedAt ?? run.startedAt;
  const elapsed = ((end - run.startedAt) / 1000).toFixed(2);
  const hosts = `${total} IP address${total === 1 ? "" : "es"} (${up} host${up === 1 ? "" : "s"} up)`;
  const isWhole = run.outcome === "complete";
  const finished = xmlElement("finished", {
    time: secondsOf(end),
    timestr: timeText(end),
    summary: `Nmap done at ${timeText(end)}; ${hosts} scanned in ${elapsed} seconds`,
    elapsed,
    exit: isWhole ? "success" : "error",
    errormsg: isWhole ? null : `portreeve: ${run.outcome}${run.why === null ? "" : `: ${run.why}`}`,
  });
  const counts = xmlElement("hosts", { up, down: total - up, total });
  return `${xmlElement("runstats", {}, `${finished}${counts}\n`)}\n</nmaprun>\n`;
}

/** As C's asctime, in UTC: `Wed Nov 25 09:52:53 2026`. */
function timeText(at: Instant): string {
  const [day, date, month, year, clock] = new Date(at).toUTCString().replace(",", "").split(" ");
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${clock} ${year}`;
}
