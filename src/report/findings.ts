import { type RowFormat, renderFindingRows } from "./findingRows.js";
import { scanSummary } from "./json.js";
import { jsonText } from "./jsonText.js";
import type { ReportData, TextOptions } from "./reportData.js";
import { whatIsAccepted } from "./text/accepted.js";
import { whatNobodyExpects } from "./text/findings.js";
import { coverageWords, findingCounts } from "./text/headline.js";
import { makePage, paragraph } from "./text/page.js";
import { whatIsSettled } from "./text/settled.js";

/**
 * `portreeve check`: the findings of a stored run, as text, as `scan --format json` prints them, or a row each (those
 * that the run settled come last).
 */
export function renderFindings(data: ReportData, format: "text" | RowFormat, options: TextOptions): string {
  const { findings, settled } = data.judgement;
  if (format === "json") return jsonText(scanSummary(data));
  if (format !== "text") return renderFindingRows([...findings, ...settled], format);
  const page = makePage(data, options);
  const { run } = data.view;
  const lines = [
    ...paragraph(page, `Run ${run.id}: ${findingCounts(data.judgement)}`, 0).map((line) =>
      page.ink.paint("heading", line),
    ),
    ...paragraph(page, `Proved ${coverageWords(run)}`),
    ...whatNobodyExpects(page),
    ...whatIsAccepted(page),
    ...whatIsSettled(page),
  ];
  return page.ink.finish(`${lines.join("\n")}\n`);
}
