/** Rows of ports as of a moment: what they are, how sure that is, how old its evidence, whose they are. */
import type { OpenRow } from "../facts/answer.js";
import { makeInk, type Role } from "./ink.js";
import { type Ownership, observationJson } from "./observations.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { type JsonRow, type ListFormat, renderList } from "./rowList.js";
import { type Cell, renderTable } from "./table.js";
import { formatAge, formatMinute, zonedTime } from "./time.js";
import { doubtText, portText, serviceText } from "./words.js";

export type StateRow = OpenRow &
  Ownership & {
    /** `query service --below`: whether its version is below, or cannot be compared. */
    readonly versionCheck?: "below" | "not comparable";
  };

const DAY = 86_400_000;

/** What was added to design.md's row stands before its end, which scripts read by its place. */
const KEYS = [
  ...["address", "protocol", "port", "state", "reason", "service", "product", "version", "vantage", "realm"],
  ...[
    "run",
    "firstSeen",
    "lastSeen",
    "lastCovered",
    "lastState",
    "certainty",
    "changedBy",
    "evidenceAgeDays",
  ],
  ...["versionCheck", "confidence", "owner", "host", "system", "tags"],
] as const;

export interface StateListOptions extends TextOptions {
  readonly noRows?: string;
  /** Whether versions were compared: then each row says how. */
  readonly withVersions?: boolean;
}

/** The rows in `format`; see `renderList`. */
export function renderStates(
  rows: readonly StateRow[],
  format: ListFormat,
  options: StateListOptions,
): string {
  const withVersions = options.withVersions === true;
  const json = format === "text" ? [] : rows.map((row) => stateJson(row, withVersions));
  return renderList(json, format, {
    keys: withVersions ? KEYS : KEYS.filter((key) => key !== "versionCheck"),
    text: () => (rows.length === 0 ? `${options.noRows ?? NO_ROWS}\n` : stateTable(rows, options)),
  });
}

const NO_ROWS = "No rows. Without coverage nothing is known: portreeve query coverage";

function stateJson(row: StateRow, withVersions: boolean): JsonRow {
  return {
    ...observationJson({ ...row, state: row.lastState }),
    state: row.state,
    lastState: row.lastState,
    certainty: row.certainty,
    changedBy: row.changedBy,
    evidenceAgeDays: Math.floor(row.evidenceAge / DAY),
    ...(withVersions ? { versionCheck: row.versionCheck ?? null } : {}),
  };
}

function stateTable(rows: readonly StateRow[], options: StateListOptions): string {
  const { zone, color, unicode = true, width = DEFAULT_WIDTH } = options;
  const ink = makeInk({ color, unicode });
  const offset = zonedTime(rows[0]?.lastCovered ?? 0, zone).offset;
  const shows = {
    doubt: rows.some((row) => doubtText(row) !== ""),
    vantage: new Set(rows.map((row) => `${row.vantage} ${row.realm}`)).size > 1,
    owner: rows.some((row) => (row.owner ?? null) !== null),
    system: rows.some((row) => (row.system ?? null) !== null),
    note: rows.some((row) => noteOf(row) !== ""),
  };
  const table = renderTable(
    [
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "STATE", keep: true },
      { title: "SERVICE" },
      ...(options.withVersions === true ? [{ title: "VERSION", keep: true }] : []),
      ...(shows.doubt ? [{ title: "CONFIDENCE", keep: true }] : []),
      ...(shows.vantage ? [{ title: "VANTAGE" }] : []),
      ...(shows.owner ? [{ title: "OWNER" }] : []),
      ...(shows.system ? [{ title: "SYSTEM", spare: true }] : []),
      { title: "SINCE", keep: true, spare: true },
      { title: `COVERED (${offset})`, keep: true, spare: true },
      // How old it is belongs to every answer: the last to go.
      { title: "EVIDENCE", align: "right" as const, keep: true },
      ...(shows.note ? [{ title: "NOTE" }] : []),
      { title: "RUN", align: "right" as const, keep: true, spare: true },
    ],
    rows.map((row): Cell[] => [
      row.address,
      portText(row.protocol, row.port),
      { text: row.state, role: roleOf(row) },
      serviceText(row.service),
      ...(options.withVersions === true ? [row.versionCheck ?? ""] : []),
      ...(shows.doubt ? [row.proof === "unstable" ? "unstable" : row.confidence] : []),
      ...(shows.vantage ? [row.realm === "default" ? row.vantage : `${row.vantage}/${row.realm}`] : []),
      ...(shows.owner ? [row.owner ?? ""] : []),
      ...(shows.system ? [row.system ?? ""] : []),
      zonedTime(row.firstSeen, zone).date,
      formatMinute(row.lastCovered, zone),
      formatAge(row.evidenceAge),
      ...(shows.note ? [noteOf(row)] : []),
      String(row.run),
    ]),
    { ink, width },
  );
  return ink.finish(`${table}\n`);
}

/** What else there is to know of the state at that moment. */
function noteOf({ certainty, changedBy, lastState }: StateRow): string {
  if (certainty === "changed") return `changed by run ${changedBy}`;
  return certainty === "unknown" ? `last ${lastState}` : "";
}

function roleOf({ state, certainty }: StateRow): Role {
  if (certainty === "unknown" || certainty === "changed") return "warn";
  return state === "open" ? "note" : "dim";
}
