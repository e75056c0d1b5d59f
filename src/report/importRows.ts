/** `portreeve import`: what became of each file. */
import type { Run } from "../facts/run.js";
import { countOf } from "./count.js";
import { plain } from "./escape.js";
import { type Ink, makeInk, type Role } from "./ink.js";
import { jsonText } from "./jsonText.js";
import type { TextOptions } from "./reportData.js";
import { formatInstant, toRfc3339 } from "./time.js";

/** One scan of a file: nearly always the only one. */
export interface ImportRow {
  readonly file: string;
  /** Its place in the file, from 1, and how many there are. */
  readonly scan: number;
  readonly scans: number;
  readonly grade: "complete" | "partial" | "refused";
  readonly why: string | null;
  /** Null where refused, and in a dry run of one that is not known yet. */
  readonly run: Run | null;
  readonly isKnown: boolean;
  readonly startedAt: number | null;
  /** Host elements with an address. */
  readonly hosts: number;
  /** Null where they were not counted: known before, refused, a dry run. */
  readonly counts: { readonly alive: number; readonly open: number } | null;
  /** Null where nothing can be known of the scan. */
  readonly scanner: string | null;
  readonly sha256: string;
  readonly bytes: number;
  readonly warnings: readonly string[];
}

const ROLES: Readonly<Record<ImportRow["grade"], Role>> = {
  complete: "good",
  partial: "warn",
  refused: "bad",
};

/** One line, whatever its length: lines are for `grep`. `complete  weekly.xml: run 12 of 2026-03-04 10:22, …` */
export function renderImportLine(row: ImportRow, options: TextOptions): string {
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const name = row.scans > 1 ? `${plain(row.file)} (scan ${row.scan} of ${row.scans})` : plain(row.file);
  const said = [...factsOf(row, options.zone), ...(row.why === null ? [] : [plain(row.why, { max: 500 })])];
  return ink.finish(`${gradeWord(row, ink)}  ${name}: ${said.join("; ")}\n`);
}

function gradeWord({ grade }: ImportRow, ink: Ink): string {
  return ink.paint(ROLES[grade], grade.padEnd("complete".length));
}

function factsOf(row: ImportRow, zone: string): string[] {
  if (row.scanner === null) return [];
  const at = row.startedAt === null ? "undated" : `of ${formatInstant(row.startedAt, zone)}`;
  if (row.run === null) return [`${at}, ${countOf(row.hosts, "host")}`];
  const place = `run ${row.run.id} ${at}, seen from ${plain(row.run.vantage)}`;
  if (row.isKnown) return [`${place}, was imported before and changes nothing`];
  const counts =
    row.counts === null ? [] : [countOf(row.counts.alive, "host"), countOf(row.counts.open, "open port")];
  return [[place, ...counts].join(", ")];
}

/** The same as one document. */
export function renderImportJson(rows: readonly ImportRow[]): string {
  return jsonText({ schemaVersion: 1, rows: rows.map(importJson) });
}

/** The same as a line of JSON Lines. */
export function renderImportJsonLine(row: ImportRow): string {
  return jsonText(importJson(row), 0);
}

function importJson(row: ImportRow) {
  const { file, scan, grade, why, run, isKnown, startedAt, hosts, counts, scanner, sha256, bytes, warnings } =
    row;
  return {
    file,
    scan,
    grade,
    why,
    run: run?.id ?? null,
    known: isKnown,
    vantage: run?.vantage ?? null,
    realm: run?.realm ?? null,
    operator: run?.operator ?? null,
    startedAt: startedAt === null ? null : toRfc3339(startedAt),
    hosts,
    alive: counts?.alive ?? null,
    open: counts?.open ?? null,
    scanner,
    sha256: sha256 === "" ? null : sha256,
    bytes,
    warnings,
  };
}

/** A file that was taken back. */
export interface ForgottenRow {
  readonly run: Run;
  readonly file: string;
  readonly sha256: string;
}

export function renderForgotten(
  rows: readonly ForgottenRow[],
  format: "text" | "json" | "jsonl",
  options: TextOptions & { readonly isDryRun: boolean },
): string {
  const documents = rows.map(({ run, file, sha256 }) => ({
    run: run.id,
    file,
    sha256,
    vantage: run.vantage,
    realm: run.realm,
    startedAt: toRfc3339(run.startedAt),
  }));
  if (format === "jsonl") return documents.map((document) => jsonText(document, 0)).join("");
  if (format === "json") return jsonText({ schemaVersion: 1, dryRun: options.isDryRun, rows: documents });
  const word = options.isDryRun ? "would be taken back" : "taken back";
  return rows
    .map(
      ({ run, file }) =>
        `${word}  ${plain(file)}: run ${run.id} of ${formatInstant(run.startedAt, options.zone)}, seen from ${plain(run.vantage)}\n`,
    )
    .join("");
}
