/**
 * What this run settled of what earlier runs had left open. A proof, a silence and an edit of the profile are three
 * different things, so each has its own words and none is called by another's.
 */
import type { Finding } from "../../facts/finding.js";
import { countOf, formatCount } from "../count.js";
import { plain } from "../escape.js";
import { countStatuses, findingPort, statusRole, statusWords } from "../findingWords.js";
import { pad, wrapText } from "../width.js";
import { besideOrBelow, heading, type Page, paragraph } from "./page.js";

const EVIDENCE_LENGTH = 240;
/** Rows shown under one title; the JSON report has them all. */
const SHOWN_ROWS = 100;

export function whatIsSettled(page: Page): string[] {
  const { settled } = page.data.judgement;
  if (settled.length === 0) return [];
  const groups = new Map<string, Finding[]>();
  for (const finding of settled) {
    const words = statusWords(finding);
    groups.set(words, [...(groups.get(words) ?? []), finding]);
  }
  const said = `${countOf(settled.length, "finding")} that earlier runs had told of: ${countStatuses(settled)}`;
  return [
    ...heading(page, "SETTLED", said),
    ...[...groups].flatMap(([words, group]) => groupLines(page, words, group)),
  ];
}

function groupLines(page: Page, words: string, group: readonly Finding[]): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const shown = group.slice(0, SHOWN_ROWS);
  const widths = [
    shown.map(({ address }) => address),
    shown.map(findingPort),
    shown.map(({ rule }) => rule),
  ].map((texts) => texts.reduce((most, text) => Math.max(most, text.length), 0));
  const left = group.length - shown.length;
  return [
    "",
    ...paragraph(page, words).map((line) => page.ink.paint(statusRole(first.status), line)),
    ...shown.flatMap((finding) => settledLines(page, finding, widths)),
    ...(left === 0
      ? []
      : paragraph(
          page,
          `… and ${formatCount(left)} more: portreeve report --run ${page.data.view.run.id} --format json`,
          4,
        )),
  ];
}

function settledLines(page: Page, finding: Finding, widths: readonly number[]): string[] {
  const place = [finding.address, findingPort(finding), finding.rule];
  const head = `    ${place.map((text, i) => pad(text, widths[i] ?? 0)).join("  ")}`;
  const facts = [
    whyOf(page, finding),
    // The evidence of before: this run saw nothing of the kind.
    `was: ${plain(finding.evidence, { max: EVIDENCE_LENGTH })}`,
    finding.ageDays < 1 ? "less than a day old" : `${countOf(finding.ageDays, "day")} old`,
    finding.owner === null ? "" : `owner ${plain(finding.owner, { max: 60 })}`,
  ].filter((fact) => fact !== "");
  const text = facts.join(` ${page.ink.signs.dot} `);
  return besideOrBelow(page, { text: head, role: "host" }, (room) => wrapText(text, room));
}

function whyOf({ data }: Page, { fingerprint }: Finding): string {
  const change = data.transitions?.find((transition) => transition.fingerprint === fingerprint);
  return change === undefined ? "" : plain(change.why, { max: EVIDENCE_LENGTH });
}
