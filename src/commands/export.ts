/** `portreeve export RUN`: what one run proved, for other tools. */
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { HostObservation } from "../facts/observation.js";
import type { Run } from "../facts/run.js";
import type { NameOf } from "../nmap/writeHost.js";
import { openStore } from "../store/openStore.js";
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
        const pieces = await piecesOf(store.getRun(id), store.observationsOf(id), format);
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
  return writeXml(run, untimed(hosts), await namesOfPorts());
}

/** Without nmap here, an export has no names for ports that were not identified. */
async function namesOfPorts(): Promise<NameOf> {
  const { readServiceTable } = await import("../nmap/serviceTable.js");
  const { findNmap } = await import("../nmap/locate.js");
  try {
    const { entries } = await readServiceTable(await findNmap());
    const names = new Map(entries.map(({ name, protocol, port }) => [`${port}/${protocol}`, name]));
    return ({ protocol, port }) => names.get(`${port}/${protocol}`) ?? null;
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    return () => null;
  }
}

function* untimed(hosts: Iterable<HostObservation>) {
  for (const observation of hosts) yield { observation, startedAt: null, endedAt: null };
}
