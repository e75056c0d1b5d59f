/** `portreeve findings list`: every finding of the store as it is now. */
import type { Finding } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import { countOf, formatCount } from "./count.js";
import { plain } from "./escape.js";
import { type ListedFinding, type RowFormat, renderListedRows } from "./findingRows.js";
import {
  countStatuses,
  dueWords,
  endOfException,
  findingPort,
  findingSign,
  shortFingerprint,
  statusWords,
} from "./findingWords.js";
import { type Ink, severityRole } from "./ink.js";
import type { TextOptions } from "./reportData.js";
import { renderTable } from "./table.js";
import { heading, makeSheet, type Sheet } from "./text/page.js";
import { zonedTime } from "./time.js";
import { wrapText } from "./width.js";

const EVIDENCE_LENGTH = 160;
/** Under the fingerprint there is nothing, so that the eye finds the next finding. */
const FACTS_INDENT = 12;

export interface ListOptions extends TextOptions {
  /** The moment that what is left of a time is counted from. */
  readonly now: Instant;
}

/** The findings in the order given; in text the open ones, the accepted ones and the settled ones each under their title. */
export function renderFindingList(
  findings: readonly ListedFinding[],
  format: "text" | RowFormat,
  options: ListOptions,
): string {
  if (format !== "text") return renderListedRows(findings, format);
  if (findings.length === 0) return "No findings.\n";
  const sheet = makeSheet(options);
  const [titles = "", ...rows] = findingTable(findings, sheet, options).split("\n");
  const saysPlace = !areOnePlace(findings);
  const lines = findings.map((finding, i) => ({
    finding,
    lines: [rows[i] ?? "", ...factLines(finding, saysPlace, sheet, options)],
  }));
  return sheet.ink.finish(
    `${[
      ...wrapText(countWords(findings), sheet.width).map((line) => sheet.ink.paint("heading", line)),
      ...SECTIONS.flatMap(({ title, holds }) => {
        const section = lines.filter(({ finding }) => holds(finding));
        if (section.length === 0) return [];
        return [
          ...heading(sheet, title, countOf(section.length, "finding")),
          titles,
          ...section.flatMap((row) => row.lines),
        ];
      }),
    ].join("\n")}\n`,
  );
}

const SECTIONS: readonly { readonly title: string; readonly holds: (finding: Finding) => boolean }[] = [
  { title: "OPEN", holds: ({ status }) => status === "open" },
  { title: "ACCEPTED", holds: ({ status }) => status === "accepted" },
  { title: "SETTLED", holds: ({ status }) => status !== "open" && status !== "accepted" },
];

/** `7 findings: 3 open, 1 of them overdue; 2 accepted, 1 closed, 1 silenced` */
function countWords(findings: readonly ListedFinding[]): string {
  const overdue = findings.filter((finding) => finding.overdue).length;
  const open = findings.filter(({ status }) => status === "open");
  const late = overdue === 0 ? "" : `, ${formatCount(overdue)} of them overdue`;
  const parts = [
    open.length === 0 ? "" : `${countStatuses(open)}${late}`,
    countStatuses(findings.filter(({ status }) => status !== "open")),
  ].filter((part) => part !== "");
  return `${countOf(findings.length, "finding")}: ${parts.join(late === "" ? ", " : "; ")}`;
}

function findingTable(
  findings: readonly ListedFinding[],
  { ink, width }: Sheet,
  { zone }: ListOptions,
): string {
  return renderTable(
    [
      { title: "FINDING", keep: true },
      { title: "SEVERITY", keep: true },
      { title: "  RULE", keep: true },
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "SINCE", keep: true, spare: true },
      { title: "AGE", align: "right", keep: true },
      { title: "HOST", spare: true },
    ],
    findings.map((finding) => [
      shortFingerprint(finding),
      { text: finding.severity, role: severityRole(finding.severity) },
      `${findingSign(finding.rule, ink)} ${finding.rule}`,
      finding.address,
      findingPort(finding),
      zonedTime(finding.firstSeen, zone).date,
      finding.ageDays < 1 ? "<1 d" : `${formatCount(finding.ageDays)} d`,
      finding.host ?? "",
    ]),
    { ink, width, indent: 2 },
  );
}

/** What the table has no room for: who answers, until when, what it has come to, what was seen. */
function factLines(
  finding: ListedFinding,
  saysPlace: boolean,
  { ink, width }: Sheet,
  { zone, now }: ListOptions,
): string[] {
  const due = dueWords(finding, zone, now);
  const facts = [
    finding.overdue ? ink.paint("bad", due) : due,
    statusFact(finding, ink, zone, now),
    finding.owner === null ? "" : `owner ${plain(finding.owner, { max: 60 })}`,
    saysPlace ? placeWords(finding) : "",
    finding.confirmed ? "" : "not confirmed yet",
    plain(finding.evidence, { max: EVIDENCE_LENGTH }),
  ].filter((fact) => fact !== "");
  const indent = " ".repeat(FACTS_INDENT);
  return wrapText(facts.join(` ${ink.signs.dot} `), width - FACTS_INDENT).map((line) => indent + line);
}

/** The status and since when; of an open one only where it is not as old as the finding. */
function statusFact(finding: ListedFinding, ink: Ink, zone: string, now: Instant): string {
  const { status, statusSince, exception, firstSeen } = finding;
  const day = statusSince === null ? "" : ` ${zonedTime(statusSince, zone).date}`;
  if (status === "open") {
    if (finding.carried !== null) return `still stands: ${plain(finding.carried, { max: EVIDENCE_LENGTH })}`;
    return statusSince === null || day === ` ${zonedTime(firstSeen, zone).date}` ? "" : `open since${day}`;
  }
  if (status !== "accepted") return statusWords(finding).replace(/^[a-z ]+/, (word) => `${word}${day}`);
  if (exception === null) return `accepted${day}`;
  const end = endOfException(exception, zone, now);
  const left = end.soon ? `, ${ink.paint("warn", end.left)}` : "";
  const ticket = exception.ticket === null ? "" : `, ticket ${plain(exception.ticket, { max: 40 })}`;
  const who = plain(exception.owner, { max: 60 });
  return `accepted${day} until ${end.day}${left} by ${who} (${plain(exception.id, { max: 60 })}${ticket})`;
}

function areOnePlace(findings: readonly Finding[]): boolean {
  const [first] = findings;
  return findings.every(({ vantage, realm }) => vantage === first?.vantage && realm === first?.realm);
}

function placeWords({ vantage, realm }: Finding): string {
  return `seen from ${plain(vantage, { max: 40 })}${realm === "default" ? "" : `, realm ${plain(realm, { max: 40 })}`}`;
}
