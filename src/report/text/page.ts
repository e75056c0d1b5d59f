/** What every section of the text report needs, and the few shapes it is set in. */
import type { Instant } from "../../facts/run.js";
import type { HostView } from "../../facts/view.js";
import { type Ink, makeInk } from "../ink.js";
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

export function makePage(data: ReportData, options: TextOptions): Page {
  const { run, hosts } = data.view;
  const latest = hosts.flatMap((host) => host.ports.map((row) => row.lastCovered));
  return {
    data,
    ink: makeInk({ color: options.color, unicode: options.unicode ?? true }),
    zone: options.zone,
    width: Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH),
    hosts: new Map(hosts.map((host) => [host.address, host])),
    asOf: run.endedAt ?? latest.reduce((most, at) => Math.max(most, at), run.startedAt),
  };
}

/** `WHAT CHANGED  3 changes`: the head of a section; `said` is wrapped under itself. */
export function heading(page: Page, title: string, said: string): string[] {
  const [first = "", ...more] = wrapText(said, page.width - textWidth(title) - 2);
  const indent = " ".repeat(textWidth(title) + 2);
  return [
    "",
    `${page.ink.paint("heading", title)}  ${first}`.trimEnd(),
    ...more.map((line) => indent + line),
  ];
}

/** A paragraph set `indent` columns in. */
export function paragraph(page: Page, text: string, indent = 2): string[] {
  return wrapText(text, page.width - indent).map((line) => " ".repeat(indent) + line);
}

/** `- text`, wrapped under the text. */
export function bullet(page: Page, text: string): string[] {
  return wrapText(text, page.width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`));
}

/** `Label   text`, wrapped under the text; labels are `labelWidth` columns wide. */
export function labelled(page: Page, label: string, text: string, labelWidth: number): string[] {
  const indent = 2 + labelWidth + 2;
  return wrapText(text, page.width - indent).map((line, i) =>
    i === 0 ? `  ${page.ink.paint("dim", pad(label, labelWidth))}  ${line}` : " ".repeat(indent) + line,
  );
}
