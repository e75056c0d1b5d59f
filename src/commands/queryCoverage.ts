/** `query coverage`: what is known at all, by whom, and how old it is. */
import type { Command } from "commander";
import { renderCoverage } from "../report/coverageRows.js";
import { openStore } from "../store/openStore.js";
import { printPaged } from "./pager.js";
import { addPlaceFlags, type PlaceFlags, questionOf } from "./queryFlags.js";
import { openSession } from "./session.js";

export function addCoverageQuestion(query: Command): void {
  addPlaceFlags(query.command("coverage"))
    .summary("what runs covered, and when")
    .description(
      "Tells for each address and vantage when it was covered last, by which run, on which ports. Addresses that are named are there though no run ever asked them.\n\n" +
        "Examples:\n  portreeve query coverage --host 198.18.7.12\n  portreeve query coverage --port 3389/tcp --network 198.18.7.0/24\n",
    )
    .action(async (flags: PlaceFlags, command: Command) => {
      const session = await openSession(command);
      const question = questionOf(flags, session);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const rows = store.coverageRows(question);
        printPaged(renderCoverage(rows, flags.format, { zone: session.zone, ...session.look }), command);
      } finally {
        store.close();
      }
    });
}
