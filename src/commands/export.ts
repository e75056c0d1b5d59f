/** `portreeve export RUN`: what one run proved, for other tools. */
import { type Command, Option } from "commander";
import type { HostObservation } from "../facts/observation.js";
import type { Run } from "../facts/run.js";
import { openStore } from "../store/openStore.js";
import { observationsOfRun } from "./observationsOfRun.js";
import { parseRunId } from "./options.js";
import { openSession } from "./session.js";
import { printPieces, writePieces } from "./writePieces.js";

interface ExportOptions {
  readonly format: "nmap-xml" | "jsonl" | "csv";
  readonly output?: string;
}

const DESCRIPTION = `Writes what one run proved: as nmap's XML, which ndiff, Zenmap and nmap.xsl read and import takes
back exactly; as JSON Lines, the run first and then a row a port or group of ports; as CSV with
the same keys. What is not in it was not covered.

Examples:
  portreeve export 12 --format nmap-xml --output run12.xml
  portreeve export 12 --format jsonl | jq -r 'select(.state == "open") | .address'
  portreeve export 12 --format csv --output run12.csv
`;

export function addExport(program: Command): void {
  program
    .command("export")
    .summary("a run for other tools: nmap's XML, JSON Lines, CSV")
    .description(DESCRIPTION)
    .argument("<run>", "the run's number", parseRunId)
    .addOption(
      new Option("--format <format>", "output").choices(["nmap-xml", "jsonl", "csv"]).default("nmap-xml"),
    )
    .option("--output <file>", "write to a file (0600, whole or not at all) instead of stdout")
    .action(async (id: number, { format, output }: ExportOptions, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const view = store.runView(id);
        const pieces = await piecesOf(view.run, observationsOfRun(view), format);
        if (output === undefined) printPieces(pieces);
        else writePieces(output, pieces, session.database.owner);
      } finally {
        store.close();
      }
    });
}

async function piecesOf(
  run: Run,
  hosts: Iterable<HostObservation>,
  format: ExportOptions["format"],
): Promise<Iterable<string>> {
  if (format !== "nmap-xml") {
    const { renderExport } = await import("../report/exportRows.js");
    return renderExport(run, hosts, format);
  }
  const { writeXml } = await import("../nmap/writeXml.js");
  return writeXml(run, untimed(hosts));
}

function* untimed(hosts: Iterable<HostObservation>) {
  for (const observation of hosts) yield { observation, startedAt: null, endedAt: null };
}
