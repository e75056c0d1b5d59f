/** Findings for programs: design.md's finding row as JSON, JSON lines and CSV. */
import type { Finding, FindingException } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import { renderCsv } from "./csv.js";
import { jsonText } from "./jsonText.js";
import { toRfc3339 } from "./time.js";

/** A finding as `findings list` shows it. */
export interface ListedFinding extends Finding {
  /** When it came to the status it has; null where no transition is on record. */
  readonly statusSince: Instant | null;
}

/** Formats of a list of findings for programs. */
export type RowFormat = "json" | "jsonl" | "csv";

/** design.md's keys first, in its order; then what issue 10 added. */
export function findingJson(finding: Finding) {
  const { fingerprint, rule, severity, status, address, protocol, port, vantage, owner } = finding;
  return {
    fingerprint,
    rule,
    severity,
    status,
    address,
    protocol,
    port,
    vantage,
    owner,
    firstSeen: toRfc3339(finding.firstSeen),
    lastSeen: toRfc3339(finding.lastSeen),
    ageDays: finding.ageDays,
    evidence: finding.evidence,
    profile: finding.profile === null ? null : { file: finding.profile.file, line: finding.profile.line },
    realm: finding.realm,
    host: finding.host,
    system: finding.system,
    tags: finding.tags,
    confirmed: finding.confirmed,
    due: finding.due === null ? null : toRfc3339(finding.due),
    overdue: finding.overdue,
    exception: finding.exception === null ? null : exceptionJson(finding.exception),
    carried: finding.carried,
    run: finding.run,
  };
}

function exceptionJson({ id, owner, expires, ticket, approvedBy, reason, line }: FindingException) {
  return { id, owner, expires, ticket, approvedBy, reason, file: line.file, line: line.line };
}

/** The rows of a run judged, in `format`. */
export function renderFindingRows(findings: readonly Finding[], format: RowFormat): string {
  return renderRows(findings.map(findingJson), KEYS, format);
}

/** The rows of `findings list`: the same keys, and `statusSince`. */
export function renderListedRows(findings: readonly ListedFinding[], format: RowFormat): string {
  const rows = findings.map((finding) => ({
    ...findingJson(finding),
    statusSince: finding.statusSince === null ? null : toRfc3339(finding.statusSince),
  }));
  return renderRows(rows, [...KEYS, "statusSince"], format);
}

type FindingRow = ReturnType<typeof findingJson> & { readonly statusSince?: string | null };

/** The keys of a row in their order, also the titles of the CSV. */
const KEYS = [
  "fingerprint",
  "rule",
  "severity",
  "status",
  "address",
  "protocol",
  "port",
  "vantage",
  "owner",
  "firstSeen",
  "lastSeen",
  "ageDays",
  "evidence",
  "profile",
  "realm",
  "host",
  "system",
  "tags",
  "confirmed",
  "due",
  "overdue",
  "exception",
  "carried",
  "run",
] as const satisfies readonly (keyof FindingRow)[];

/** `json` is `{schemaVersion, rows}`, `jsonl` a row a line, `csv` a title line and plain cells. */
function renderRows(
  rows: readonly FindingRow[],
  keys: readonly (keyof FindingRow)[],
  format: RowFormat,
): string {
  switch (format) {
    case "json":
      return jsonText({ schemaVersion: 1, rows });
    case "jsonl":
      return rows.map((row) => jsonText(row, 0)).join("");
    case "csv":
      return renderCsv(
        keys,
        rows.map((row) => {
          const cells = csvCells(row);
          return keys.map((key) => cells[key] ?? null);
        }),
      );
  }
}

/** The profile's line as `file:line`, tags joined by `;`, the exception by its id. */
function csvCells(row: FindingRow) {
  const { profile, tags, confirmed, overdue, exception } = row;
  return {
    ...row,
    profile: profile === null ? null : `${profile.file}:${profile.line}`,
    tags: tags.join(";"),
    confirmed: String(confirmed),
    overdue: String(overdue),
    exception: exception?.id ?? null,
  };
}
