/** Findings that somebody answers for: who, until when, and which of those ends are near. */
import type { Finding } from "../../facts/finding.js";
import { countOf, formatCount } from "../count.js";
import { endOfException, findingPort } from "../findingWords.js";
import { type Cell, renderTable } from "../table.js";
import { heading, type Page, paragraph } from "./page.js";

/** Rows shown; `findings list` has them all. */
const SHOWN_ROWS = 40;

export function whatIsAccepted(page: Page): string[] {
  const findings = page.data.judgement.findings
    .filter(({ status }) => status === "accepted")
    // The ends that come first stand first: they are what somebody has to see to.
    .toSorted((a, b) => endKey(a).localeCompare(endKey(b), "en"));
  if (findings.length === 0) return [];
  const shown = findings.slice(0, SHOWN_ROWS);
  const table = renderTable(
    [
      { title: "ADDRESS", keep: true },
      { title: "PORT", keep: true },
      { title: "RULE", keep: true },
      { title: "OWNER" },
      { title: "UNTIL", keep: true },
      { title: "TICKET", spare: true },
      { title: "EXCEPTION", spare: true },
    ],
    shown.map((finding) => acceptedRow(page, finding)),
    { ink: page.ink, width: page.width, indent: 2 },
  );
  const left = findings.length - shown.length;
  return [
    ...heading(page, "ACCEPTED", acceptedWords(page, findings)),
    "",
    ...table.split("\n"),
    ...(left === 0
      ? []
      : paragraph(page, `… and ${formatCount(left)} more: portreeve findings list --status accepted`)),
  ];
}

function endKey({ exception, fingerprint }: Finding): string {
  return `${exception?.expires ?? "9999"} ${fingerprint}`;
}

function acceptedWords(page: Page, findings: readonly Finding[]): string {
  const soon = findings.filter(
    ({ exception }) => exception !== null && endOfException(exception, page.zone, page.asOf).soon,
  ).length;
  const said = `${countOf(findings.length, "finding")} that somebody answers for until a day`;
  return soon === 0
    ? said
    : `${said}; ${soon === 1 ? "1 ends" : `${formatCount(soon)} end`} within two weeks`;
}

function acceptedRow(page: Page, finding: Finding): Cell[] {
  const { exception } = finding;
  const place = [finding.address, findingPort(finding), finding.rule];
  if (exception === null) return [...place, finding.owner ?? "", "", "", ""];
  const { day, left, soon } = endOfException(exception, page.zone, page.asOf);
  return [
    ...place,
    exception.owner,
    soon ? { text: `${day}, ${left}`, role: "warn" } : day,
    exception.ticket ?? "",
    exception.id,
  ];
}
