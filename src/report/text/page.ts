/** What every section of the text report needs, and the few shapes it is set in. */
import type { Instant } from "../../facts/run.js";
import type { HostView } from "../../facts/view.js";
import { type Ink, makeInk, type Role } from "../ink.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type ReportData, type TextOptions } from "../reportData.js";
import { pad, textWidth, wrapText } from "../width.js";

export interface Page {
  readonly data: ReportData;
  readonly ink: Ink;
  readonly zone: string;
  readonly width: number;
  readonly hosts: ReadonlyMap<string, HostView>;
  /** The moment the report speaks of: the run's end, or the latest thing a running one knows. */
  readonly asOf: Instant;
}

/** What a piece of text is set on. */
export type Sheet = Pick<Page, "ink" | "width">;

export function makeSheet(options: TextOptions): Sheet {
  return {
    ink: makeInk({ color: options.color, unicode: options.unicode ?? true }),
    width: Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH),
  };
}

export function makePage(data: ReportData, options: TextOptions): Page {
  const { run, hosts } = data.view;
  const latest = hosts.flatMap((host) => host.ports.map((row) => row.lastCovered));
  return {
    data,
    ...makeSheet(options),
    zone: options.zone,
    hosts: new Map(hosts.map((host) => [host.address, host])),
    asOf: run.endedAt ?? latest.reduce((most, at) => Math.max(most, at), run.startedAt),
  };
}

/** `WHAT CHANGED  3 changes`: the head of a section; `said` is wrapped under itself. */
export function heading(page: Sheet, title: string, said: string): string[] {
  const [first = "", ...more] = wrapText(said, page.width - textWidth(title) - 2);
  const indent = " ".repeat(textWidth(title) + 2);
  return [
    "",
    `${page.ink.paint("heading", title)}  ${first}`.trimEnd(),
    ...more.map((line) => indent + line),
  ];
}

/** Columns that a text wants beside the head of its line; with fewer it stands below. */
const BESIDE = 56;
const BELOW_INDENT = 6;

/** A head and a longer text, side by side where there is room, else one below the other. `lines` makes the text fit `room` columns. */
export function besideOrBelow(
  page: Sheet,
  head: { readonly text: string; readonly role: Role },
  lines: (room: number) => readonly string[],
): string[] {
  const shown = head.text.trimEnd();
  const painted = page.ink.paint(head.role, shown);
  const beside = textWidth(head.text) + 2;
  if (page.width - beside < BESIDE) {
    return [painted, ...lines(page.width - BELOW_INDENT).map((line) => " ".repeat(BELOW_INDENT) + line)];
  }
  const [first = "", ...more] = lines(page.width - beside);
  const gap = " ".repeat(beside - textWidth(shown));
  return [(painted + gap + first).trimEnd(), ...more.map((line) => " ".repeat(beside) + line)];
}

/** A paragraph set `indent` columns in. */
export function paragraph(page: Sheet, text: string, indent = 2): string[] {
  return wrapText(text, page.width - indent).map((line) => " ".repeat(indent) + line);
}

/** `- text`, wrapped under the text. */
export function bullet(page: Sheet, text: string): string[] {
  return wrapText(text, page.width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));
}

/** `Label   text`, wrapped under the text; labels are `labelWidth` columns wide. */
export function labelled(page: Sheet, label: string, text: string, labelWidth: number): string[] {
  const indent = 2 + labelWidth + 2;
  return wrapText(text, page.width - indent).map((line, i) =>
    i === 0 ? `  ${page.ink.paint("dim", pad(label, labelWidth))}  ${line}` : " ".repeat(indent) + line,
  );
}
