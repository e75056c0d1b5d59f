/** `portreeve diff RUN_A RUN_B`: two runs held against each other, on what both proved. */
import { type Command, Option } from "commander";
import { LIST_FORMATS, type ListFormat } from "../report/rowList.js";
import { renderRunDiff } from "../report/runDiff.js";
import { openStore } from "../store/openStore.js";
import { parseRunId } from "./options.js";
import { printPaged } from "./pager.js";
import { openSession } from "./session.js";

export function addDiff(program: Command): void {
  program
    .command("diff")
    .summary("what changed between two runs")
    .description(
      "Compares two runs on what both proved: opened, closed, refused, went silent, reopened, service changed, host appeared or vanished. What only one covered is not comparable, never closed; open where no run had looked before is first seen, not opened. Runs seen from two places are refused: what differs is where from, not what changed.\n\n" +
        "Example:\n  portreeve diff 11 12\n",
    )
    .argument("<run_a>", "the run's number", parseRunId)
    .argument("<run_b>", "the run to compare it with", parseRunId)
    .option("--no-pager", "print a long list at once")
    .addOption(new Option("--format <format>", "output").choices(LIST_FORMATS).default("text"))
    .action(async (a: number, b: number, { format }: { format: ListFormat }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const compared = store.compareRuns(a, b);
        printPaged(renderRunDiff(compared, format, { zone: session.zone, ...session.look }), command);
      } finally {
        store.close();
      }
    });
}
