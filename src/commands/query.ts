/** `portreeve query`: one question, one list. */
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";
import { renderObservations } from "../report/observations.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { printDocument, printMessage } from "./output.js";
import { loadOwners, type Ownership, ownersOf, sameWord } from "./ownership.js";
import { openSession, type Session } from "./session.js";

interface OpenOptions {
  readonly at?: string;
  readonly host?: string;
  readonly port?: string;
  readonly vantage?: string;
  readonly realm?: string;
  readonly owner?: string;
  readonly tag?: string;
  readonly system?: string;
  readonly profile?: string;
  readonly format: "text" | "json" | "jsonl" | "csv";
}

const EXAMPLES = `
Examples:
  portreeve query open                          every port last known open, and whose it is
  portreeve query open --at 12 --format csv     as run 12 saw it
  portreeve query open --at 2026-03-01 --host 198.18.7.12
  portreeve query open --port 3306/tcp --owner dba-team
  portreeve query unowned                       open ports that nobody answers for
`;

export function addQuery(program: Command): void {
  const query = program
    .command("query")
    .summary("ask the history")
    .description(`Asks the history.\n${EXAMPLES}`);
  addQuestion(query, "open")
    .summary("ports last known open")
    .description(
      `Lists ports last known open, with the age of the evidence and with who answers for them.\n${EXAMPLES}`,
    )
    .option("--owner <name>", "only ports that this owner answers for")
    .action(async (options: OpenOptions, command: Command) => ask(options, () => true, command));
  addQuestion(query, "unowned")
    .summary("open ports that nobody answers for")
    .description(
      `Lists ports last known open that have no owner: neither by the profile nor by an asset list.\n${EXAMPLES}`,
    )
    .action(async (options: OpenOptions, command: Command) =>
      ask(options, ({ owner }) => owner === null, command, "No open port is without an owner."),
    );
}

function addQuestion(query: Command, name: string): Command {
  return query
    .command(name)
    .option("--at <run|date>", "as of a run's number or the end of a day (YYYY-MM-DD, configured zone)")
    .option("--host <address>", "only this address")
    .option("--port <port>", "only this port, such as 22/tcp")
    .option("--vantage <name>", "only as seen from there")
    .option("--realm <name>", "only in this realm")
    .option("--system <name>", "only hosts of this system")
    .option("--tag <tag>", "only hosts with this tag")
    .option("--profile <file>", "who answers for what, before the asset lists (default: the configuration's)")
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "jsonl", "csv"]).default("text"),
    );
}

async function ask(
  options: OpenOptions,
  fits: (row: Ownership) => boolean,
  command: Command,
  noRows?: string,
): Promise<void> {
  const session = await openSession(command);
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const { rows, areUnknown } = await openRows(store, options, session);
    if (areUnknown && asksForOwners(options, noRows)) {
      printMessage(
        "warning: no owner is known: name a profile with --profile, or portreeve assets import FILE.csv",
      );
    }
    const kept = rows.filter((row) => fits(row) && isOf(row, options));
    printDocument(
      renderObservations(kept, options.format, {
        zone: session.zone,
        ...session.look,
        // No port at all is another answer than none without an owner.
        ...(noRows === undefined || rows.length === 0 ? {} : { noRows }),
      }),
    );
  } finally {
    store.close();
  }
}

async function openRows(store: Store, options: OpenOptions, session: Session) {
  const when = moment(options.at, session.zone);
  const rows = store.observationRows({
    state: "open",
    ...when,
    ...(options.host === undefined ? {} : { host: parseAddress(options.host) }),
    ...(options.port === undefined ? {} : { port: parsePort(options.port) }),
    ...(options.vantage === undefined ? {} : { vantage: options.vantage }),
    ...(options.realm === undefined ? {} : { realm: options.realm }),
  });
  const at = when.run === undefined ? when.at : store.getRun(when.run).startedAt;
  const owners = await loadOwners(store, session, {
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(at === undefined ? {} : { at }),
  });
  return { rows: ownersOf(rows, owners), areUnknown: owners.areUnknown };
}

function asksForOwners({ owner, system, tag }: OpenOptions, noRows: string | undefined): boolean {
  return noRows !== undefined || [owner, system, tag].some((asked) => asked !== undefined);
}

function isOf(row: Ownership, { owner, system, tag }: OpenOptions): boolean {
  return (
    (owner === undefined || sameWord(row.owner, owner)) &&
    (system === undefined || sameWord(row.system, system)) &&
    (tag === undefined || row.tags.some((each) => sameWord(each, tag)))
  );
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
