/** `query coverage`: what is known at all, by whom, and how old it is. */
import type { Command } from "commander";
import { resolveAudit } from "../config/audit.js";
import { parseDuration } from "../config/duration.js";
import type { CoverageRow } from "../facts/answer.js";
import { coverageAge, coverageAgeText } from "../report/coverageAge.js";
import { renderCoverage } from "../report/coverageRows.js";
import { parsePort } from "../scope/port.js";
import { portSetOf, unionPorts } from "../scope/portSet.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { printPaged } from "./pager.js";
import { addPlaceFlags, type PlaceFlags, questionOf } from "./queryFlags.js";
import { openSession, type Session } from "./session.js";

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
        const table = renderCoverage(rows, flags.format, { zone: session.zone, ...session.look });
        printPaged(table + ageOf(rows, flags, session, store), command);
      } finally {
        store.close();
      }
    });
}

/** How old it all is, port by port; of today only, and of all audits, for that is what a sweep's order goes by. */
function ageOf(rows: readonly CoverageRow[], flags: PlaceFlags, session: Session, store: Store): string {
  if (flags.format !== "text" || flags.at !== undefined || flags.audit !== undefined) return "";
  const asked = unionPorts(...rows.map((row) => row.everCovered));
  const ports = flags.port === undefined ? asked : portSetOf([parsePort(flags.port)]);
  const addresses = new Set(rows.map((row) => row.address));
  const place = {
    ...(flags.vantage === undefined ? {} : { vantage: flags.vantage }),
    ...(flags.realm === undefined ? {} : { realm: flags.realm }),
  };
  const hosts = store.coveredLast(ports, place).filter(({ address }) => addresses.has(address));
  const period =
    flags.maxAge === undefined ? resolveAudit(session.config, null).maxAge : parseDuration(flags.maxAge);
  const now = Date.now();
  const text = coverageAgeText(coverageAge(hosts, now, period), { now, period, zone: session.zone });
  return text === "" ? "" : `\n${text}\n`;
}
