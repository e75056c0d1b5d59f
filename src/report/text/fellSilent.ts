/** Hosts that answered the run and answered no more at its end: whoever reads on should have looked at them first. */
import { countOf, formatCount } from "../count.js";
import { silencedWords } from "../runFigures.js";
import { hostLabel } from "../words.js";
import { bullet, heading, type Page } from "./page.js";

/** The JSON report has them all. */
const SHOWN = 20;

export function whoFellSilent(page: Page): string[] {
  const { silenced, id, startedAt } = page.data.view.run;
  if (silenced.length === 0) return [];
  const shown = silenced.slice(0, SHOWN).map((host) => {
    const label = hostLabel(page.hosts.get(host.address) ?? { address: host.address, names: [] });
    return `${label} ${silencedWords(host, page.zone, startedAt)}.`;
  });
  const left = silenced.length - shown.length;
  if (left > 0) shown.push(`${formatCount(left)} more: portreeve runs show ${id}`);
  const said = `${countOf(silenced.length, "host")} answered in this run and not when asked once more at its end: see to ${silenced.length === 1 ? "it" : "them"} first`;
  return [...heading(page, "FELL SILENT", said), ...shown.flatMap((text) => bullet(page, text))];
}
