/** `portreeve runs`: what was run, by whom, how it ended. */
import { type Command, Option } from "commander";
import { renderRun, renderRuns } from "../report/runs.js";
import { openStore } from "../store/openStore.js";
import { parseCount, parseRunId } from "./options.js";
import { printDocument } from "./output.js";
import { addAttach } from "./runsAttach.js";
import { addStop } from "./runsStop.js";
import { openSession } from "./session.js";

interface FormatOption {
  readonly format: "text" | "json";
}

const format = () => new Option("--format <format>", "output").choices(["text", "json"]).default("text");

export function addRuns(program: Command): void {
  const runs = program
    .command("runs")
    .summary("list the runs, show one, follow or stop one")
    .description(
      "Lists the runs, newest first.\n\nExamples:\n  portreeve runs\n  portreeve runs show 12\n  portreeve runs attach\n",
    )
    .option("--last <n>", "only the last N", parseCount)
    .addOption(format())
    .action(async (options: FormatOption & { last?: number }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const rows = store.listRuns(options.last === undefined ? {} : { limit: options.last });
        printDocument(renderRuns(rows, options.format, { zone: session.zone, ...session.look }));
      } finally {
        store.close();
      }
    });
  runs
    .command("show")
    .summary("one run with its shards")
    .description(
      "Shows one run: scope, pace, coverage, warnings and every nmap process.\n\nExample:\n  portreeve runs show 12\n",
    )
    .argument("<run>", "the run's number", parseRunId)
    .addOption(format())
    .action(async (run: number, _options: FormatOption, command: Command) => {
      // commander gives the --format of `runs show 1 --format json` to `runs`, which has one too.
      const { format } = command.optsWithGlobals<FormatOption>();
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const detail = { run: store.getRun(run), shards: store.shardsOf(run), file: store.importOf(run) };
        printDocument(renderRun(detail, format, { zone: session.zone, ...session.look }));
      } finally {
        store.close();
      }
    });
  addAttach(runs);
  addStop(runs);
}
