/** `portreeve query`: one question, one list. */
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { renderObservations } from "../report/observations.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import { endOfDay } from "./dates.js";
import { printDocument } from "./output.js";
import { openSession } from "./session.js";

interface OpenOptions {
  readonly at?: string;
  readonly host?: string;
  readonly port?: string;
  readonly vantage?: string;
  readonly format: "text" | "json" | "jsonl" | "csv";
}

const EXAMPLES = `
Examples:
  portreeve query open                          every port last known open
  portreeve query open --at 12 --format csv     as run 12 saw it
  portreeve query open --at 2026-03-01 --host 198.18.7.12
  portreeve query open --port 3306/tcp
`;

export function addQuery(program: Command): void {
  const query = program
    .command("query")
    .summary("ask the history")
    .description(`Asks the history.\n${EXAMPLES}`);
  query
    .command("open")
    .summary("ports last known open")
    .description(`Lists ports last known open, with the age of the evidence.\n${EXAMPLES}`)
    .option("--at <run|date>", "as of a run's number or the end of a day (YYYY-MM-DD, configured zone)")
    .option("--host <address>", "only this address")
    .option("--port <port>", "only this port, such as 22/tcp")
    .option("--vantage <name>", "only as seen from there")
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "jsonl", "csv"]).default("text"),
    )
    .action(async (options: OpenOptions, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const rows = store.observationRows({
          state: "open",
          ...moment(options.at, session.zone),
          ...(options.host === undefined ? {} : { host: parseAddress(options.host) }),
          ...(options.port === undefined ? {} : { port: parsePort(options.port) }),
          ...(options.vantage === undefined ? {} : { vantage: options.vantage }),
        });
        printDocument(renderObservations(rows, options.format, { zone: session.zone, ...session.look }));
      } finally {
        store.close();
      }
    });
}

/** A run's number, or the end of a day in the zone. */
function moment(at: string | undefined, zone: string): { run?: number; at?: Instant } {
  if (at === undefined) return {};
  if (/^\d{1,9}$/.test(at)) return { run: Number(at) };
  const instant = endOfDay(at, zone);
  if (instant === null) {
    throw new PortreeveError("usage", `--at ${JSON.stringify(at)} is neither a run's number nor a date`, {
      hint: "write --at 12 or --at 2026-03-01",
    });
  }
  return { at: instant };
}
