/** v1_runs, v1_changes and v1_coverage: what was run, what it found different, and what it looked at. */
import { formatPortSet } from "../../scope/portSet.js";
import { eachChange } from "../changeRows.js";
import { coverageRows } from "../coverageRows.js";
import type { Ledger } from "../ledger.js";
import { listRuns } from "../runs.js";
import { ADDRESS, column, PLACE, PORT, portCells, utc, type View } from "./view.js";

const DAY = 86_400_000;

export const runs: View = {
  name: "v1_runs",
  about: "Every run, live or imported from a file. A run that was taken back is in no row.",
  columns: [
    column.integer("run", "its number"),
    ...PLACE,
    column.text("audit", "the audit of the configuration it carried out, null for none"),
    column.text("operator", "who started it"),
    column.text("source", "`live` or `import`"),
    column.text(
      "outcome",
      "`running`, `complete`, `partial`, `failed` or `interrupted`; of a file its grade: `complete` or `partial`",
    ),
    column.text("why", "why it is not complete: what was cut, what was missing"),
    column.text("started_at", "UTC"),
    column.text("ended_at", "UTC; null while it goes on"),
    column.text("targets", "what was asked for, as typed, by blanks"),
    column.text("ports", "the ports asked, such as `T:22,80,U:53`"),
    column.integer("address_count", "how many addresses it was to ask"),
    column.real("coverage", "the share of the cells due that were proved, 0 to 1"),
    column.integer("cells_due", "cells: an address and a port each"),
    column.integer("cells_covered", "those proved"),
    column.text("nmap_version", "by which nmap"),
    column.text("file", "the file it was imported from, as it was named; null for a live run"),
    column.text("file_hash", "SHA-256 of the file's bytes, unpacked"),
    column.text("imported_at", "UTC; null for a live run"),
    column.integer(
      "dated",
      "0: the file does not tell when it was made, so that it proves nothing at any time",
    ),
    column.real(
      "recall",
      "the share of what is open that it found, 0 to 1, by its best estimate; null: not measured",
    ),
    column.real("recall_lower", "the least it may be, at 95 %"),
    column.real("recall_upper", "the most it may be"),
    column.text("recall_source", "where that comes from, such as `40,130 witnesses` or `not measured`"),
    column.text("silenced", "hosts that answered in it and no more at its end, by blanks; null: none"),
    column.text(
      "disbelieved",
      "addresses and networks where a tarpit or a middlebox answers for everybody, by blanks; null: none",
    ),
  ],
  indices: [["started_at"]],
  rows(ledger, add) {
    const files = filesOf(ledger);
    for (const run of listRuns(ledger)) {
      const file = files.get(run.id);
      add([
        run.id,
        run.vantage,
        run.realm,
        run.audit,
        run.operator,
        run.source,
        run.outcome,
        run.why,
        utc(run.startedAt),
        utc(run.endedAt),
        run.targets.join(" "),
        run.ports,
        run.addressCount,
        run.coverage,
        run.cellsDue,
        run.cellsCovered,
        run.nmapVersion,
        file?.file ?? null,
        file?.file_hash ?? null,
        utc(file?.imported_at ?? null),
        file?.dated ?? 1,
        run.recall?.estimate ?? null,
        run.recall?.lower ?? null,
        run.recall?.upper ?? null,
        run.recall?.source ?? null,
        run.silenced.map(({ address }) => address).join(" ") || null,
        run.disbelieved.map(({ place }) => place).join(" ") || null,
      ]);
    }
  },
};

interface FileOfRun {
  readonly run: number;
  readonly file: string;
  readonly file_hash: string;
  readonly imported_at: number;
  readonly dated: number;
}

function filesOf(ledger: Ledger): ReadonlyMap<number, FileOfRun> {
  const rows = ledger.sql<FileOfRun>("SELECT run, file, file_hash, imported_at, dated FROM import").all();
  return new Map(rows.map((row) => [row.run, row]));
}

export const changes: View = {
  name: "v1_changes",
  about:
    "What changed, a row each; changes that a later correction took back are left out. `first-seen` is no change: no earlier run had looked.",
  columns: [
    column.integer("run", "the run that found it"),
    column.text("valid_from", "it happened after this, UTC; null: no earlier run had looked"),
    column.text("valid_to", "and by this, UTC"),
    ADDRESS,
    ...PORT,
    column.text(
      "kind",
      "`opened`, `closed`, `refused`, `went-silent`, `reopened`, `service-changed`, `host-appeared`, `host-vanished` or `first-seen`",
    ),
    column.text("before", "the state or the service before"),
    column.text("after", "the state or the service since"),
    ...PLACE,
    column.text("audit", "of the run"),
    column.text("operator", "who started the run"),
  ],
  indices: [["address"], ["valid_to"], ["run"]],
  rows(ledger, add) {
    eachChange(ledger, (row, realm, audit) =>
      add([
        row.run,
        utc(row.timeFrom),
        utc(row.timeTo),
        row.address,
        ...portCells(row.protocol, row.port),
        row.kind,
        row.before,
        row.after,
        row.vantage,
        realm,
        audit,
        row.operator,
      ]),
    );
  },
};

export const coverage: View = {
  name: "v1_coverage",
  about: "For each address and vantage what was covered last. What is not covered is unknown, never closed.",
  columns: [
    ADDRESS,
    ...PLACE,
    column.text("coverage", "`covered`; `silent`: asked, and nothing was proved; `never`: not even asked"),
    column.integer("run", "the run that covered it last"),
    column.text("last_covered", "when that was, UTC"),
    column.integer("age_days", "whole days since"),
    column.text("ports", "the ports that run proved, such as `T:1-1000,U:53`"),
    column.text("ever_covered", "the ports that any run proved"),
    column.text("presence", "`alive`, `silent`, `vanished` or `not-covered` in the last run that asked it"),
  ],
  indices: [["address"]],
  rows(ledger, add) {
    for (const row of coverageRows(ledger))
      add([
        row.address,
        row.vantage,
        row.realm,
        row.coverage,
        row.run,
        utc(row.lastCovered),
        row.age === null ? null : Math.floor(row.age / DAY),
        formatPortSet(row.ports),
        formatPortSet(row.everCovered),
        row.presence,
      ]);
  },
};
