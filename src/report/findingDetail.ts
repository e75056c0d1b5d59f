/** `portreeve findings show`: all that is known of one finding, and how it came to be what it is. */
import type { Finding, FindingException, FindingTransition } from "../facts/finding.js";
import { plain } from "./escape.js";
import type { ListOptions } from "./findingList.js";
import { findingJson } from "./findingRows.js";
import {
  dueWords,
  endOfException,
  findingPort,
  shortFingerprint,
  statusRole,
  statusWords,
} from "./findingWords.js";
import { severityRole } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { heading, labelled, makeSheet, paragraph, type Sheet } from "./text/page.js";
import { formatAge, formatInstant, formatMinute, toRfc3339 } from "./time.js";
import { pad, wrapText } from "./width.js";

export interface FindingDetail {
  readonly finding: Finding;
  /** The oldest first. */
  readonly transitions: readonly FindingTransition[];
}

const LABEL_WIDTH = 10;
const LONG = { max: 600 };

export function renderFindingDetail(
  { finding, transitions }: FindingDetail,
  format: "text" | "json",
  options: ListOptions,
): string {
  if (format === "json") {
    return jsonText({
      schemaVersion: 1,
      finding: findingJson(finding),
      transitions: transitions.map(transitionJson),
    });
  }
  const sheet = makeSheet(options);
  const { ink } = sheet;
  const title = `${finding.rule} on ${finding.address}, ${findingPort(finding)}`;
  const lines = [
    `${ink.paint("heading", title)}: ${ink.paint(severityRole(finding.severity), finding.severity)}`,
    "",
    ...factsOf({ finding, transitions }, sheet, options).flatMap(([label, text]) =>
      labelled(sheet, label, text, LABEL_WIDTH),
    ),
    ...(finding.exception === null ? [] : exceptionLines(finding.exception, sheet, options)),
    ...transitionLines(transitions, sheet, options),
    ...nextLines(finding, sheet),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

/** A transition for programs; its finding is named once, above it. */
function transitionJson({ run, at, from, to, person, why }: FindingTransition) {
  return { run, at: toRfc3339(at), from, to, person, why };
}

function factsOf(
  { finding, transitions }: FindingDetail,
  { ink }: Sheet,
  { zone, now }: ListOptions,
): [string, string][] {
  const due = dueWords(finding, zone, now);
  const { realm, profile, status } = finding;
  const since = transitions.findLast(({ to }) => to === status)?.at ?? null;
  const facts: readonly (readonly [string, string | null])[] = [
    ["Finding", plain(finding.fingerprint)],
    ["Status", statusWords(finding)],
    ["Since", since === null ? null : formatInstant(since, zone)],
    ["Still open", finding.carried === null ? null : plain(finding.carried, LONG)],
    ["Due", finding.overdue ? ink.paint("bad", due) : due.replace(/^due /, "")],
    ["Host", finding.host === null ? null : plain(finding.host)],
    ["Owner", plain(finding.owner ?? "nobody is named", LONG)],
    ["System", finding.system === null ? null : plain(finding.system, LONG)],
    ["Tags", plain(finding.tags.join(", "), LONG)],
    ["Seen from", `${plain(finding.vantage)}${realm === "default" ? "" : `, realm ${plain(realm)}`}`],
    ["First seen", `${formatInstant(finding.firstSeen, zone)} (${formatAge(now - finding.firstSeen)} ago)`],
    ["Last seen", `${formatInstant(finding.lastSeen, zone)} (${formatAge(now - finding.lastSeen)} ago)`],
    ["Judged by", `run ${finding.run}${profile === null ? "" : `, ${plain(profile.file)}:${profile.line}`}`],
    ["Confirmed", finding.confirmed ? "yes" : "no: seen once only, so it raises no alarm"],
    ["Evidence", plain(finding.evidence, LONG)],
  ];
  return facts.flatMap(([label, text]): [string, string][] =>
    text === null || text === "" ? [] : [[label, text]],
  );
}

function exceptionLines(exception: FindingException, sheet: Sheet, { zone, now }: ListOptions): string[] {
  const end = endOfException(exception, zone, now);
  const facts: readonly (readonly [string, string | null])[] = [
    ["Answers", plain(exception.owner, LONG)],
    ["Reason", plain(exception.reason, LONG)],
    [
      "Until",
      `${end.day}${end.left === "" ? "" : `, ${sheet.ink.paint(end.soon ? "warn" : "dim", end.left)}`}`,
    ],
    ["Ticket", exception.ticket === null ? null : plain(exception.ticket, LONG)],
    ["Approved", exception.approvedBy === null ? null : plain(exception.approvedBy, LONG)],
    ["Written in", `${plain(exception.line.file, LONG)}:${exception.line.line}`],
  ];
  return [
    ...heading(sheet, "EXCEPTION", plain(exception.id, LONG)),
    ...facts.flatMap(([label, text]) => (text === null ? [] : labelled(sheet, label, text, LABEL_WIDTH))),
  ];
}

function transitionLines(
  transitions: readonly FindingTransition[],
  sheet: Sheet,
  { zone }: ListOptions,
): string[] {
  if (transitions.length === 0) return [...heading(sheet, "HISTORY", "none on record")];
  const runWidth = Math.max(...transitions.map(({ run }) => String(run).length));
  return [
    ...heading(sheet, "HISTORY", ""),
    ...transitions.flatMap(({ run, at, from, to, person, why }) => {
      const lead = `  ${formatMinute(at, zone)}  run ${pad(String(run), runWidth)}  `;
      const step = from === null ? to : `${from} ${sheet.ink.signs.arrow} ${to}`;
      const text = `${sheet.ink.paint(statusRole(to), step)}, ${plain(person, { max: 60 })}: ${plain(why, LONG)}`;
      return wrapText(text, sheet.width - lead.length).map((line, i) =>
        i === 0 ? lead + line : " ".repeat(lead.length) + line,
      );
    }),
  ];
}

function nextLines(finding: Finding, sheet: Sheet): string[] {
  if (finding.status !== "open" || finding.rule.startsWith("exception-")) return [];
  const command = `portreeve findings accept ${shortFingerprint(finding)} --owner WHO --reason WHY --expires 90d`;
  return ["", ...paragraph(sheet, `To accept it until a day: ${sheet.ink.paint("heading", command)}`, 0)];
}
