/** `portreeve db`: care for the database. */
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";
import { countOf } from "../report/count.js";
import { plain } from "../report/escape.js";
import { formatBytes, renderStoreCheck, renderStoreStats } from "../report/storeCare.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { EXIT } from "./exitCode.js";
import { printDocument, printMessage } from "./output.js";
import { openSession, type Session } from "./session.js";

interface FormatFlag {
  readonly format: "text" | "json";
}

const format = () => new Option("--format <format>", "output").choices(["text", "json"]).default("text");

export function addDb(program: Command): void {
  const db = program
    .command("db")
    .summary("care for the database: check, backup, stats, publish, prune")
    .description(
      "Cares for the database, while runs go on.\n\nExamples:\n  portreeve db check\n  portreeve db backup /backup/portreeve-2026-03-31.db\n" +
        "  portreeve db publish /srv/grafana/portreeve.db\n  portreeve db prune --raw-before 2025-03-01\n",
    );
  db.command("check")
    .summary("is it whole, and does it keep its own rules?")
    .description(
      "Looks at the file, at its references, and at the rules of spans; exit 1 where something is wrong.\n\nExample:\n  portreeve db check\n",
    )
    .addOption(format())
    .action((flags: FormatFlag, command: Command) =>
      withStore(command, (store, session) => {
        const checks = store.check();
        printDocument(
          renderStoreCheck(store.path, checks, flags.format, { zone: session.zone, ...session.look }),
        );
        if (checks.some(({ faults }) => faults.length > 0)) process.exitCode = EXIT.error;
      }),
    );
  db.command("backup")
    .summary("copy it while runs write")
    .description(
      "Copies the whole database to a new file, by SQLite's online backup, and looks whether the copy is whole. Kept nmap XML is not in it.\n\nExample:\n  portreeve db backup /backup/portreeve-2026-03-31.db\n",
    )
    .argument("<file>", "the new file")
    .action((file: string, _flags: object, command: Command) =>
      withStore(command, async (store) => {
        const { bytes, file: made } = await store.backUp(file);
        printMessage(`${plain(made, { max: 4096 })}: ${formatBytes(bytes)}, whole`);
      }),
    );
  db.command("stats")
    .summary("what takes how much room")
    .description(
      "Tells how large the tables, the runs and the kept XML are.\n\nExample:\n  portreeve db stats\n",
    )
    .addOption(format())
    .action((flags: FormatFlag, command: Command) =>
      withStore(command, (store, session) => {
        printDocument(renderStoreStats(store.stats(), flags.format, { zone: session.zone, ...session.look }));
      }),
    );
  db.command("publish")
    .summary("write the documented tables as a plain SQLite file")
    .description(
      "Writes the tables of docs/sql.md as a plain SQLite file for Grafana, Datasette or a spreadsheet, in one piece: readers have the old copy or the new one.\n\nExample:\n  portreeve db publish /srv/grafana/portreeve.db\n",
    )
    .argument("<file>", "the copy; one that was published before is replaced")
    .action((file: string, _flags: object, command: Command) =>
      withStore(command, (store) => store.publish(file)),
    );
  db.command("prune")
    .summary("remove old nmap XML, and nothing else")
    .description(
      "Removes the kept nmap XML of runs that ended by the end of a day; without a day, what is older than the configuration's keep_xml (13 months), as each scan does when it ends. No row changes: history does not depend on it.\n\nExample:\n  portreeve db prune --raw-before 2025-03-01\n",
    )
    .option("--raw-before <date>", "YYYY-MM-DD, the end of that day in the configured zone")
    .action((flags: { rawBefore?: string }, command: Command) =>
      withStore(command, (store, session) => {
        const gone =
          flags.rawBefore === undefined
            ? store.pruneRaw(Date.now() - session.config.keepXml, "by import")
            : store.pruneRaw(lastDay(flags.rawBefore, session));
        const bytes = gone.reduce((sum, { size }) => sum + size, 0);
        printMessage(`${countOf(gone.length, "file")} removed, ${formatBytes(bytes)}`);
      }),
    );
}

function lastDay(text: string, { zone }: Session): Instant {
  const before = endOfDay(text, zone);
  if (before !== null) return before;
  throw new PortreeveError("usage", `--raw-before ${JSON.stringify(text)} is no date`, {
    hint: "write --raw-before 2025-03-01",
  });
}

async function withStore(
  command: Command,
  work: (store: Store, session: Session) => void | Promise<void>,
): Promise<void> {
  const session = await openSession(command);
  const { owner } = session.database;
  const store = openStore(resolve(session.database.path), { mode: "read", owner });
  try {
    await work(store, session);
  } finally {
    store.close();
  }
}
