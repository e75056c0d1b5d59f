import { plain } from "./escape.js";
import type { ReportData, TextOptions } from "./reportData.js";
import { whatIsAccepted } from "./text/accepted.js";
import { whatChanged } from "./text/changes.js";
import { whatNobodyExpects } from "./text/findings.js";
import { headline } from "./text/headline.js";
import { whatIsNotKnown } from "./text/notKnown.js";
import { openPorts } from "./text/openPorts.js";
import { makePage } from "./text/page.js";
import { whatIsSettled } from "./text/settled.js";

/**
 * The report for a terminal or a mail, in the order a tired reader needs it: what came out, what changed, what
 * nobody expects, what is accepted and settled, the rest of what is open, what is not known. Ends with a line break. Pure: times are shown in
 * `zone`, ages are counted to the run's end. Everything that came from the network is made safe (escape.ts).
 */
export function renderText(data: ReportData, options: TextOptions): string {
  const page = makePage(data, options);
  const lines = [
    ...headline(page),
    ...whatChanged(page),
    ...whatNobodyExpects(page),
    ...whatIsAccepted(page),
    ...whatIsSettled(page),
    ...openPorts(page),
    ...whatIsNotKnown(page),
    "",
    page.ink.paint("dim", `Database ${plain(data.database, { max: 4096 })}`),
  ];
  return page.ink.finish(`${lines.join("\n")}\n`);
}
