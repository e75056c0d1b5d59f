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
  const { timeFrom, timeTo, run, vantage, operator } = change;
  const window =
    timeFrom === null
      ? `by ${formatMinute(timeTo, zone)}`
      : `${formatMinute(timeFrom, zone)} to ${formatMinute(timeTo, zone)}`;
  const facts = `run ${run}, seen from ${plain(vantage, { max: 60 })}, operator ${plain(operator, { max: 60 })}`;
  return `${window} ${zonedTime(timeTo, zone).offset}  ${whatHappened(change)}  (${facts})`;
}

function whatHappened(change: LoggedChange): string {
  const { address, protocol, port, kind, before, after, retracted, serial } = change;
  const where = protocol === null || port === null ? address : `${address} ${portText(protocol, port)}`;
  const states = [before, after].map((state) => plain(state ?? "-", { max: TEXT_LENGTH })).join(" -> ");
  const correction = retracted ? ", taken back: it did not happen" : serial > 0 ? ", corrected" : "";
  return `${where} ${kind}${before === null && after === null ? "" : `: ${states}`}${correction}`;
}

/** RFC 5424, 6.2.1: facility 13 (log audit) * 8 + severity: warning for what opened, notice for the rest. */
const FACILITY = 13;
const WARNING = 4;
const NOTICE = 5;
const ALARMING: readonly ChangeKind[] = ["opened", "reopened", "service-changed", "host-appeared"];

/** 32473 is the enterprise number that RFC 5612 keeps for documents: portreeve has none of its own. */
const ELEMENT = "change@32473";

function syslogLine(change: LoggedChange, { hostname }: LogOptions): string {
  const severity = ALARMING.includes(change.kind) && !change.retracted ? WARNING : NOTICE;
  const time = (at: number | null) => (at === null ? "" : new Date(at).toISOString());
  const { protocol, port, serial } = change;
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
    ["supersedes", serial === 0 ? "" : String(serial - 1)],
    ["retracted", change.retracted ? "true" : ""],
  ];
  const data = parameters
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${parameterValue(value)}"`)
    .join(" ");
  const stamp = time(change.recordedAt ?? change.timeTo);
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
