/** `query history` and `query since`: what a port was, and since when it is as it is. */
import type { Command } from "commander";
import { PortreeveError } from "../facts/error.js";
import { renderPeriods, renderSince } from "../report/periodRows.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import { printPaged } from "./pager.js";
import { addPlaceFlags, type PlaceFlags, questionOf } from "./queryFlags.js";
import { openSession } from "./session.js";

export function addHistoryQuestions(query: Command): void {
  addPlaceFlags(query.command("history"))
    .summary("every period of a host's ports")
    .description(
      "Lists the periods through which ports kept one state: those of every port that was open once, or of the port that is named.\n\n" +
        "Examples:\n  portreeve query history --host 198.18.7.12\n  portreeve query history --host 198.18.7.12 --port 22/tcp --format json\n",
    )
    .action(async (flags: PlaceFlags, command: Command) => {
      if (flags.host === undefined && flags.network === undefined && flags.port === undefined) {
        throw new PortreeveError("usage", "whose history? Name a --host, a --network or a --port", {
          hint: "portreeve query changes lists what changed everywhere",
        });
      }
      const session = await openSession(command);
      const question = questionOf(flags, session);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const rows = store.periodRows(question);
        printPaged(renderPeriods(rows, flags.format, { zone: session.zone, ...session.look }), command);
      } finally {
        store.close();
      }
    });
  addPlaceFlags(query.command("since"), { port: false, hosts: false })
    .summary("since when a port is as it is")
    .description(
      "Tells since when a port is in its present state, which run first saw it so, what it was before, and when it had been open earlier.\n\n" +
        "Example:\n  portreeve query since 198.18.7.12 22/tcp\n",
    )
    .argument("<host>", "its address")
    .argument("<port>", "such as 22/tcp")
    .option(
      "--max-age <duration>",
      "older evidence is unknown (default: the audit's, else the configuration's)",
    )
    .action(async (host: string, port: string, flags: PlaceFlags, command: Command) => {
      const session = await openSession(command);
      const question = questionOf(flags, session);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const rows = store.sinceRows(parseAddress(host), parsePort(port), question);
        printPaged(renderSince(rows, flags.format, { zone: session.zone, ...session.look }), command);
      } finally {
        store.close();
      }
    });
}
