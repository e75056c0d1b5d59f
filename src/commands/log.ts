/** `portreeve log`: the change log, as it was written. */
import { hostname } from "node:os";
import { type Command, Option } from "commander";
import type { LoggedChange } from "../facts/answer.js";
import { type LogFormat, logLine } from "../report/changeLog.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { parseSince } from "./moment.js";
import { parseDurationOption } from "./options.js";
import { printDocument, printPiece } from "./output.js";
import { printPaged } from "./pager.js";
import { openSession } from "./session.js";

interface LogFlags {
  readonly since?: string;
  readonly follow?: boolean;
  readonly every: number;
  readonly format: LogFormat;
}

const USUAL_PERIOD = 1_000;
/** A line is written with a time a little before it can be read: as long as its transaction takes. */
const SLACK = 10 * 60_000;

export function addLog(program: Command): void {
  program
    .command("log")
    .summary("the change log")
    .description(
      "Prints every change that was recorded, with the run that found it, the window in which it happened, host, port, before, after, vantage and operator. The log is append-only: a correction is a line of its own, and says what it supersedes. What is true now: portreeve query changes.\n\n" +
        "Examples:\n  portreeve log --since 7d\n  portreeve log --follow --format syslog | nc -u loghost 514\n",
    )
    .option("--since <time>", "recorded since then: 7d, or after the end of a day")
    .option("--follow", "go on, and print changes as runs in progress find them, until interrupted")
    .option(
      "--every <duration>",
      "how often to look with --follow (default: 1s)",
      parseDurationOption,
      USUAL_PERIOD,
    )
    .option("--no-pager", "print a long list at once")
    .addOption(
      new Option("--format <format>", "output")
        .choices(["text", "jsonl", "syslog"])
        .default("text" satisfies LogFormat),
    )
    .action(async (flags: LogFlags, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      const options = { zone: session.zone, hostname: hostname() };
      const lines = (changes: readonly LoggedChange[]): string =>
        changes.map((change) => logLine(change, flags.format, options)).join("");
      try {
        const now = Date.now();
        const since = flags.since === undefined ? undefined : parseSince(flags.since, session.zone, now);
        // Followed from now on without --since: a log that is piped on must not repeat itself at each start.
        const from = since ?? (flags.follow === true ? now : 0);
        // One read for what is shown and for what counts as known: nothing falls between.
        const first = store.changeLog({
          since: flags.follow === true ? Math.min(from, now - SLACK) : from,
        });
        const shown =
          flags.follow === true && since === undefined
            ? []
            : first.filter(({ recordedAt }) => recordedAt >= from);
        if (flags.follow !== true) {
          if (shown.length > 0) printPaged(lines(shown), command);
          return;
        }
        printDocument(lines(shown));
        await follow(store, first, flags.every, (changes) => printPiece(lines(changes)));
      } finally {
        store.close();
      }
    });
}

/** Looks for what was not there before, until SIGINT or SIGTERM; a reader that left ends it too. */
async function follow(
  store: Store,
  before: readonly LoggedChange[],
  every: number,
  print: (changes: readonly LoggedChange[]) => boolean,
): Promise<void> {
  let known = new Set(before.map(nameOf));
  let goesOn = true;
  let wake: () => void = () => undefined;
  const stop = (): void => {
    goesOn = false;
    wake();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  try {
    while (goesOn) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, every);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!goesOn) break;
      const rows = store.changeLog({ since: Date.now() - SLACK - every });
      const fresh = rows.filter((change) => !known.has(nameOf(change)));
      if (fresh.length > 0 && !print(fresh)) break;
      // A run that goes on may take back what it said before: should it say it again, it is told again.
      known = new Set(rows.map(nameOf));
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}

/** An entry of the log. Its time is none of it: that of a run in progress moves. */
function nameOf(change: LoggedChange): string {
  const { run, address, realm, protocol, port, kind, before, after, serial } = change;
  return JSON.stringify([run, realm, address, protocol, port, kind, before, after, serial]);
}
