/** `portreeve profile init`: a starting profile from a run. */
import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { PortreeveError } from "../facts/error.js";
import { initProfile } from "../profile/init.js";
import { openStore } from "../store/openStore.js";
import { parseRunId } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { openSession } from "./session.js";
import { chooseRun } from "./storedRun.js";

const EXAMPLES = `
Examples:
  portreeve profile init > profile.yaml                  what the last run found, every line unreviewed
  portreeve profile init --from-run 1 --output profile.yaml
`;

export function addProfileInit(profile: Command): void {
  profile
    .command("init")
    .summary("a starting profile from a run")
    .description(
      `Writes a profile with what a run found, every line unreviewed: it permits nothing until it has an owner.\n${EXAMPLES}`,
    )
    .option("--from-run <n>", "the run (default: the last one)", parseRunId)
    .option("--output <file>", "write to a new file instead of stdout")
    .action(async (options: { fromRun?: number; output?: string }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const choice = options.fromRun === undefined ? {} : { run: options.fromRun };
        const text = initProfile(store.runView(chooseRun(store, choice, session)));
        if (options.output === undefined) printDocument(text);
        else writeNew(options.output, text);
      } finally {
        store.close();
      }
    });
}

/** Never over a profile that somebody has edited. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o644 });
    printMessage(
      `wrote ${file}; next: put an owner on each line that is wanted, then portreeve profile lint --profile ${file}`,
    );
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw new PortreeveError(
      exists ? "usage" : "failed",
      exists ? `${file} exists` : `${file} cannot be written: ${(cause as Error).message}`,
      {
        hint: exists ? "name a new file: a profile is never overwritten" : "name another file",
        cause,
      },
    );
  }
}
