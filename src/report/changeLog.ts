/**
 * The change log a line an entry: for people, as JSON Lines, and as RFC 5424 syslog. A log is read by machines that trust
 * its lines: whatever came from the network is one line, cannot end a quoted value, and cannot forge another entry.
 */
import type { LoggedChange } from "../facts/answer.js";
import type { ChangeKind } from "../facts/view.js";
import { loggedChangeJson } from "./changeRows.js";
import { plain } from "./escape.js";
import { jsonText } from "./jsonText.js";
import { formatMinute, zonedTime } from "./time.js";
import { portText } from "./words.js";

export type LogFormat = "text" | "jsonl" | "syslog";

export interface LogOptions {
  readonly zone: string;
  /** The machine that says it, for syslog. */
  readonly hostname: string;
}

/** One entry with its line break. */
export function logLine(change: LoggedChange, format: LogFormat, options: LogOptions): string {
  switch (format) {
    case "jsonl":
      return jsonText(loggedChangeJson(change), 0);
    case "syslog":
      return `${syslogLine(change, options)}\n`;
    case "text":
      return `${textLine(change, options)}\n`;
  }
}

const TEXT_LENGTH = 120;

function textLine(change: LoggedChange, { zone }: LogOptions): string {
  const { recordedAt, timeFrom, timeTo, run, vantage, operator } = change;
  const by = `by ${formatMinute(timeTo, zone)}`;
  const window = timeFrom === null ? by : `after ${formatMinute(timeFrom, zone)}, ${by}`;
  const facts = `${window}, run ${run}, seen from ${plain(vantage, { max: 60 })}, operator ${plain(operator, { max: 60 })}`;
  const recorded = `${formatMinute(recordedAt, zone)} ${zonedTime(recordedAt, zone).offset}`;
  return `${recorded}  ${whatHappened(change)}  (${facts})`;
}

function whatHappened(change: LoggedChange): string {
  const { address, protocol, port, kind, before, after } = change;
  const where = protocol === null || port === null ? address : `${address} ${portText(protocol, port)}`;
  const states = [before, after].map((state) => plain(state ?? "-", { max: TEXT_LENGTH })).join(" -> ");
  return `${where} ${kind}${before === null && after === null ? "" : `: ${states}`}${standing(change)}`;
}

/** A line that was simply told says no more. */
function standing({ act, supersedes, isForgotten }: LoggedChange): string {
  const forgotten = isForgotten ? ", its run was taken back" : "";
  if (act === "retracted") return `, taken back: it did not happen${forgotten}`;
  if (act === "told") return forgotten;
  return `${supersedes === null ? ", a correction: it was not known before" : ", corrected: it did happen"}${forgotten}`;
}

/** RFC 5424, 6.2.1: facility 13 (log audit) * 8 + severity: warning for what opened, notice for the rest. */
const FACILITY = 13;
const WARNING = 4;
const NOTICE = 5;
const ALARMING: readonly ChangeKind[] = ["opened", "reopened", "service-changed", "host-appeared"];

/** 32473 is the enterprise number that RFC 5612 keeps for documents: portreeve has none of its own. */
const ELEMENT = "change@32473";

function syslogLine(change: LoggedChange, { hostname }: LogOptions): string {
  // A correction is of the past: it is no alarm.
  const severity = ALARMING.includes(change.kind) && change.act === "told" ? WARNING : NOTICE;
  const time = (at: number | null) => (at === null ? "" : new Date(at).toISOString());
  const { protocol, port, act, supersedes, isForgotten } = change;
  const parameters: readonly (readonly [name: string, value: string])[] = [
    ["run", String(change.run)],
    ["address", change.address],
    ["port", protocol === null || port === null ? "" : portText(protocol, port)],
    ["kind", change.kind],
    ["before", change.before ?? ""],
    ["after", change.after ?? ""],
    ["timeFrom", time(change.timeFrom)],
    ["timeTo", time(change.timeTo)],
    ["vantage", change.vantage],
    ["realm", change.realm],
    ["operator", change.operator],
    ["audit", change.audit ?? ""],
    ["act", act],
    ["supersedes", supersedes === null ? "" : String(supersedes)],
    ["forgotten", isForgotten ? "true" : ""],
  ];
  const data = parameters
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${parameterValue(value)}"`)
    .join(" ");
  const stamp = time(change.recordedAt);
  const header = `<${FACILITY * 8 + severity}>1 ${stamp} ${headerField(hostname, 255)} portreeve - change`;
  return `${header} [${ELEMENT} ${data}] ${whatHappened(change)}`;
}

/** RFC 5424, 6.3.3: `"`, `\` and `]` are escaped; controls are made visible before, so that no line ends early. */
function parameterValue(value: string): string {
  return plain(value, { max: 300 }).replaceAll(/["\\\]]/g, (character) => `\\${character}`);
}

/** Printable ASCII without blanks; `-` where nothing is left. */
function headerField(text: string, max: number): string {
  return text.replaceAll(/[^!-~]/g, "").slice(0, max) || "-";
}
