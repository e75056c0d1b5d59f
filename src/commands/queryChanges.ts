/** `query changes`: what changed, over all runs. */
import { type Command, InvalidArgumentError } from "commander";
import { CHANGE_KINDS, type ChangeKind } from "../facts/view.js";
import { renderChanges } from "../report/changeRows.js";
import { openStore } from "../store/openStore.js";
import { parseSince } from "./moment.js";
import { parseRunId } from "./options.js";
import { printPaged } from "./pager.js";
import { addPlaceFlags, type PlaceFlags, questionOf } from "./queryFlags.js";
import { openSession } from "./session.js";

interface ChangeFlags extends PlaceFlags {
  readonly since?: string;
  readonly until?: string;
  readonly kind?: readonly ChangeKind[];
  readonly run?: number;
}

export function addChangesQuestion(query: Command): void {
  addPlaceFlags(query.command("changes"), { at: false })
    .summary("what changed")
    .description(
      "Lists changes by the time they were found, each with the window in which it happened. A port found open where no run had looked before is first-seen, and no change: --kind first-seen lists those.\n\n" +
        "Examples:\n  portreeve query changes --since 7d\n  portreeve query changes --since 2026-03-01 --until 2026-03-31 --kind opened,reopened\n",
    )
    .option("--since <time>", "found since then: 7d, or after the end of a day")
    .option("--until <time>", "found by then: 7d ago, or the end of a day")
    .option("--kind <kinds>", "kinds, with commas, or all (default: all but first-seen)", parseKinds)
    .option("--run <n>", "found by this run", parseRunId)
    .action(async (flags: ChangeFlags, command: Command) => {
      const session = await openSession(command);
      const { maxAge: _, ...question } = questionOf(flags, session);
      const now = Date.now();
      const store = openStore(session.database.path, { mode: "read" });
      try {
        if (flags.run !== undefined) store.getRun(flags.run);
        const rows = store.changeRows({
          ...question,
          kinds: flags.kind ?? CHANGE_KINDS.filter((kind) => kind !== "first-seen"),
          ...(flags.run === undefined ? {} : { run: flags.run }),
          ...(flags.since === undefined ? {} : { since: parseSince(flags.since, session.zone, now) }),
          ...(flags.until === undefined
            ? {}
            : { until: parseSince(flags.until, session.zone, now, "--until") }),
        });
        printPaged(renderChanges(rows, flags.format, { zone: session.zone, ...session.look }), command);
      } finally {
        store.close();
      }
    });
}

export function parseKinds(value: string, before: readonly ChangeKind[] | undefined): ChangeKind[] {
  const named = value.split(",").flatMap((word): ChangeKind[] => {
    if (word === "all") return [...CHANGE_KINDS];
    const kind = CHANGE_KINDS.find((known) => known === word);
    if (kind === undefined) {
      throw new InvalidArgumentError(`It must be all, or one or more of: ${CHANGE_KINDS.join(", ")}.`);
    }
    return [kind];
  });
  return [...new Set([...(before ?? []), ...named])];
}
