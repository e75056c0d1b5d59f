/** Long lists on a terminal go through a pager; everywhere else they are printed as they are. */
import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import { printDocument } from "./output.js";

/** As git and systemd have it: leave at once where it fits, keep colour, leave the text on the screen. */
const USUAL = ["less", "-FRX"];

/**
 * Prints the document; on a terminal that is too small for it through PAGER, else less. Not with --no-pager, NO_PAGER,
 * an empty PAGER, TERM=dumb, or where there is no such program.
 */
export function printPaged(text: string, command: Command): void {
  const pager = pagerOf(command);
  const rows = process.stdout.rows || 24;
  if (pager === null || text.split("\n").length <= rows) {
    printDocument(text);
    return;
  }
  const [program = "", ...args] = pager;
  // An argument list, never a shell; less is told to be no shell either, for it may run with more rights than its user.
  const { error } = spawnSync(program, args, {
    input: text,
    stdio: ["pipe", "inherit", "inherit"],
    env: { LESSCHARSET: "utf-8", ...process.env, LESSSECURE: "1" },
  });
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ENOENT" || code === "EACCES") printDocument(text);
}

function pagerOf(command: Command): readonly string[] | null {
  const { NO_PAGER, PAGER, TERM } = process.env;
  const { pager } = command.optsWithGlobals<{ pager?: boolean }>();
  if (process.stdout.isTTY !== true || pager === false || NO_PAGER || TERM === "dumb") return null;
  if (PAGER === undefined) return USUAL;
  const words = PAGER.split(/\s+/).filter((word) => word !== "");
  return words.length === 0 || words[0] === "cat" ? null : words;
}
