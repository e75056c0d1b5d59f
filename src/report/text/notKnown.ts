/** What this run did not prove. Not seen is never closed, so each gap is said in words. */
import type { HostView } from "../../facts/view.js";
import { countOf, formatCount, listSome } from "../count.js";
import { plain } from "../escape.js";
import { disbelievedWords } from "../runFigures.js";
import { formatAge, formatMinute } from "../time.js";
import { countRanges, hostLabel, portText } from "../words.js";
import { bullet, heading, type Page } from "./page.js";

const SHOWN_HOSTS = 10;
const SHOWN_WARNINGS = 10;

export function whatIsNotKnown(page: Page): string[] {
  const items = [
    ...uncoveredCells(page),
    ...silentAddresses(page),
    ...lostSight(page),
    ...udpUnanswered(page),
    ...notAsked(page),
    ...notBelieved(page),
    ...page.data.judgement.notes.map((note) => sentence(plain(note))),
    ...warnings(page),
  ];
  if (items.length === 0)
    return heading(page, "NOT KNOWN", "no gap in what was asked; Recall (above) says how far that reaches");
  return [...heading(page, "NOT KNOWN", ""), ...items.flatMap((item) => bullet(page, item))];
}

/** Notes come as clauses; here each is a sentence. */
function sentence(clause: string): string {
  const text = clause.charAt(0).toUpperCase() + clause.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function uncoveredCells({ data }: Page): string[] {
  const { cellsDue, cellsCovered, outcome } = data.view.run;
  const lines: string[] = [];
  if (outcome === "running") lines.push("The run goes on: what is not listed is not known yet.");
  if (cellsDue !== null && cellsCovered !== null && cellsDue > cellsCovered) {
    lines.push(
      `${countOf(cellsDue - cellsCovered, "port")} due on hosts got no proof in this run: neither open nor closed.`,
    );
  }
  if (outcome === "interrupted" || outcome === "partial") {
    lines.push("Scan again to fill the gaps; what is known stays known.");
  }
  return lines;
}

function silentAddresses({ data }: Page): string[] {
  const { silentCount, run } = data.view;
  if (silentCount === 0) return [];
  const yet = run.outcome === "running" ? " so far" : "";
  return [`${countOf(silentCount, "address", "addresses")} gave no answer${yet}: unknown, not absent.`];
}

/** Hosts with a history that this run cannot speak of, and ports last known open that it did not prove. */
function lostSight(page: Page): string[] {
  const { hosts } = page.data.view;
  const gone = hosts.filter((host) => host.presence === "silent" || host.presence === "vanished");
  const lines = gone.slice(0, SHOWN_HOSTS).map((host) => silentHost(page, host));
  if (gone.length > SHOWN_HOSTS) {
    lines.push(`${countOf(gone.length - SHOWN_HOSTS, "more known host")} gave no answer in this run.`);
  }
  const partly = hosts.flatMap((host) => {
    if (host.presence !== "alive" && host.presence !== "not-covered") return [];
    const unproved = host.ports.filter((row) => row.state === "open" && !row.covered);
    if (unproved.length === 0) return [];
    const ports = listSome(
      unproved.map((row) => portText(row.protocol, row.port)),
      6,
    );
    const last = unproved.reduce((most, row) => Math.max(most, row.lastSeen), 0);
    return [`${hostLabel(host)}: ${ports} not covered in this run; last seen open ${ago(page, last)}.`];
  });
  if (partly.length > SHOWN_HOSTS) {
    partly.splice(
      SHOWN_HOSTS,
      Number.POSITIVE_INFINITY,
      `${countOf(partly.length - SHOWN_HOSTS, "more host")} with open ports that this run did not cover.`,
    );
  }
  return [...lines, ...partly];
}

function silentHost(page: Page, host: HostView): string {
  const last = host.lastAlive === null ? "" : `; last alive ${ago(page, host.lastAlive)}`;
  const open = host.ports.filter((row) => row.state === "open").length;
  const history = open === 0 ? "" : `, with ${countOf(open, "port")} open then`;
  const how =
    host.presence === "vanished"
      ? "gives no answer any more while its neighbours do"
      : "gave no answer in this run";
  return `${hostLabel(host)} ${how}${last}${history}.`;
}

function ago(page: Page, at: number): string {
  return `${formatMinute(at, page.zone)} (${formatAge(page.asOf - at)} before)`;
}

function udpUnanswered({ data }: Page): string[] {
  const count = data.view.hosts
    .flatMap((host) => host.quiet)
    .filter((group) => group.state === "open|filtered")
    .reduce((sum, group) => sum + countRanges(group.ports.udp), 0);
  if (count === 0) return [];
  return [
    `${countOf(count, "UDP port")} gave no answer (open|filtered): not counted as open, not known to be closed.`,
  ];
}

/** What answers for everybody says nothing of a host; its rows are in the report, marked. */
function notBelieved({ data }: Page): string[] {
  const { disbelieved, id } = data.view.run;
  const lines = disbelieved.slice(0, SHOWN_HOSTS).map((each) => `Not believed: ${disbelievedWords(each)}.`);
  const left = disbelieved.length - lines.length;
  return left === 0
    ? lines
    : [...lines, `${formatCount(left)} more are not believed: portreeve runs show ${id}`];
}

function notAsked({ data }: Page): string[] {
  const { ports } = data.view.run;
  return ports !== "" && !ports.includes("U:") ? ["UDP was not asked."] : [];
}

function warnings({ data }: Page): string[] {
  const { warnings: all, id } = data.view.run;
  const shown = all
    .slice(0, SHOWN_WARNINGS)
    .map((warning) => `Warning: ${plain(warning.replace(/^warning:\s*/i, ""))}`);
  const left = all.length - shown.length;
  return left === 0 ? shown : [...shown, `${formatCount(left)} more warnings: portreeve runs show ${id}`];
}
