#!/usr/bin/env node
/** The entry: builds the commands, prints errors in one place, and maps them to exit codes. */
import { CommanderError } from "commander";
import { EXIT, exitCodeOfError } from "./commands/exitCode.js";
import { rewriteNmapFlags } from "./commands/nmapFlags.js";
import { printMessage } from "./commands/output.js";
import { makeProgram } from "./commands/program.js";
import { PortreeveError } from "./facts/error.js";
import { plain } from "./report/escape.js";

/** Commander's own exits that are no mistakes: help and version were asked for. */
const FINE = new Set(["commander.helpDisplayed", "commander.help", "commander.version"]);

async function main(): Promise<void> {
  // A reader that left (`| head`) or a terminal that is gone is no fault: a run goes on, and its end is in the store.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  try {
    await makeProgram().parseAsync(rewriteNmapFlags(process.argv.slice(2)), { from: "user" });
  } catch (error) {
    process.exitCode = tell(error);
  }
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return FINE.has(error.code) ? EXIT.done : EXIT.usage;
  if (error instanceof PortreeveError) {
    // A message may name a target or quote a file: it must not drive the terminal.
    for (const line of error.message.split("\n")) printMessage(`portreeve: ${plain(line)}`);
    if (error.hint !== null) printMessage(`  ${plain(error.hint)}`);
    return exitCodeOfError(error.code);
  }
  printMessage(
    `portreeve: a fault in portreeve itself: ${plain(error instanceof Error ? (error.stack ?? error.message) : String(error))}`,
  );
  printMessage("  please report this with the command you ran");
  return EXIT.error;
}

await main();
