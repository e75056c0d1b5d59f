import { scanSummary } from "./json.js";
import { jsonText } from "./jsonText.js";
import type { ReportData, TextOptions } from "./reportData.js";
import { whatNobodyExpects } from "./text/findings.js";
import { coverageWords, findingCounts } from "./text/headline.js";
import { makePage, paragraph } from "./text/page.js";

/** `portreeve check`: the findings of a stored run, as text or as `scan --format json` prints them. */
export function renderFindings(data: ReportData, format: "text" | "json", options: TextOptions): string {
  if (format === "json") return jsonText(scanSummary(data));
  const page = makePage(data, options);
  const { run } = data.view;
  const lines = [
    page.ink.paint("heading", `Run ${run.id}: ${findingCounts(data.judgement.findings)}`),
    ...paragraph(page, `Proved ${coverageWords(run)}`),
    ...whatNobodyExpects(page),
  ];
  return page.ink.finish(`${lines.join("\n")}\n`);
}
