/** The first screen: what came out, how much of it may be believed, and from where it was seen. */
import { type Judgement, SEVERITIES } from "../../facts/finding.js";
import type { Outcome, Run } from "../../facts/run.js";
import type { ChangeRow } from "../../facts/view.js";
import { countOf, formatCount, formatShare, listSome } from "../count.js";
import { plain } from "../escape.js";
import { isOpenNow } from "../reportData.js";
import { believedChanges, recallWords } from "../runFigures.js";
import { formatDuration, formatInstant, formatPeriod } from "../time.js";
import { wrapText } from "../width.js";
import { portSpecText } from "../words.js";
import { whoFellSilent } from "./fellSilent.js";
import { labelled, type Page, paragraph } from "./page.js";

const LABEL_WIDTH = 9;

export function headline(page: Page): string[] {
  const { run } = page.data.view;
  return [...title(page), ...whoFellSilent(page), "", ...figures(page), "", ...facts(page, run)];
}

function title(page: Page): string[] {
  const { data, ink } = page;
  const { run } = data.view;
  const audit = data.audit ?? run.audit;
  const name = `portreeve run ${run.id}${audit === null ? "" : `, audit ${plain(audit)}`}`;
  const role = run.outcome === "complete" ? "good" : run.outcome === "running" ? "note" : "bad";
  return wrapText(`${name}: ${outcomeWords(run.outcome)}`, page.width).map((line, i) =>
    i === 0 && line.startsWith(`${name}: `)
      ? `${ink.paint("heading", name)}: ${ink.paint(role, line.slice(name.length + 2))}`
      : ink.paint(role, line),
  );
}

/** An outcome as a person would say it. */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome) {
    case "running":
      return "still running; this is what is proved so far";
    case "complete":
      return "complete";
    case "partial":
      return "partial; some of what was due is not proved";
    case "failed":
      return "failed; nothing of what was due is proved";
    case "interrupted":
      return "interrupted; what was proved before is kept";
  }
}

function figures(page: Page): string[] {
  const { ink, data } = page;
  const { hosts } = data.view;
  const alive = hosts.filter((host) => host.presence === "alive");
  const own = alive.filter((host) => host.local).length;
  const open = hosts.reduce((sum, host) => sum + host.ports.filter(isOpenNow).length, 0);
  const seen = [
    `${countOf(alive.length, "host")} alive${own === 0 ? "" : ` (${formatCount(own)} is the bastion itself)`}`,
    countOf(open, "open port"),
  ];
  const believed = believedChanges(data.view);
  const changes = believed.filter((change) => change.kind !== "first-seen").length;
  const firstSeen = believed.filter(isFirstSeenPort).length;
  const compared = [
    changes === 0 ? "no changes" : countOf(changes, "change"),
    ...(firstSeen === 0 ? [] : [`${countOf(firstSeen, "port")} seen for the first time here`]),
  ];
  const dot = ` ${ink.signs.dot} `;
  return [
    ...paragraph(page, seen.join(dot)),
    ...paragraph(page, findingCounts(data.judgement)).map((line) => ink.paint("heading", line)),
    ...paragraph(page, compared.join(dot)),
  ];
}

/** A port that no earlier run had covered: no change (history.md). */
export function isFirstSeenPort({ kind, port }: ChangeRow): boolean {
  return kind === "first-seen" && port !== null;
}

/** `5 findings: 1 high, 3 medium, 1 info (2 overdue, 1 not confirmed yet); 2 accepted; 3 settled`: open ones by severity. */
export function findingCounts({ findings, settled }: Pick<Judgement, "findings" | "settled">): string {
  const open = findings.filter(({ status }) => status === "open");
  const bySeverity = [...SEVERITIES].reverse().flatMap((severity) => {
    const count = open.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${formatCount(count)} ${severity}`];
  });
  const remarks = [
    counted(open.filter(({ overdue }) => overdue).length, "overdue"),
    counted(open.filter(({ confirmed }) => !confirmed).length, "not confirmed yet"),
  ].filter((text) => text !== "");
  const accepted = counted(findings.length - open.length, "accepted");
  const stands =
    open.length === 0
      ? `no ${accepted === "" ? "" : "open "}findings`
      : `${countOf(open.length, "finding")}: ${bySeverity.join(", ")}${remarks.length === 0 ? "" : ` (${remarks.join(", ")})`}`;
  return [stands, accepted, counted(settled.length, "settled")].filter((text) => text !== "").join("; ");
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${formatCount(count)} ${what}`;
}

function facts(page: Page, run: Run): string[] {
  const { data, zone } = page;
  const rows: readonly (readonly [string, string])[] = [
    ...(run.why === null ? [] : ([["Why", plain(run.why)]] as const)),
    ["Scope", scopeWords(run)],
    ["Seen from", vantageWords(run)],
    ["When", whenWords(run, zone)],
    ["Proved", coverageWords(run)],
    ["Recall", recallWords(data.recall)],
    [
      "Judged by",
      data.profile === null
        ? "the built-in list of high-risk ports; there is no profile"
        : plain(data.profile),
    ],
  ];
  return rows.flatMap(([label, text]) => labelled(page, label, text, LABEL_WIDTH));
}

function scopeWords(run: Run): string {
  const targets = listSome(
    run.targets.map((target) => plain(target)),
    4,
  );
  const without =
    run.exclusions.length === 0
      ? ""
      : ` without ${listSome(
          run.exclusions.map((item) => plain(item)),
          3,
        )}`;
  const addresses = countOf(run.addressCount, "address", "addresses");
  return `${targets}${without}: ${addresses}, ${portSpecText(run.ports)}`;
}

function vantageWords(run: Run): string {
  const realm = run.realm === "default" ? "" : `, realm ${plain(run.realm)}`;
  const sources = run.sources.length === 0 ? "" : `, source ${listSome([...run.sources], 3)}`;
  if (run.source === "import") return `${plain(run.vantage)}${realm}, imported from nmap's XML`;
  const how = run.method === "raw" ? "raw packets" : "the system's connect()";
  return `${plain(run.vantage)}${realm}${sources}, by ${how}, ${formatCount(run.rate)} packets a second at most`;
}

function whenWords(run: Run, zone: string): string {
  const by = `by ${plain(run.operator)}, nmap ${plain(run.nmapVersion)}`;
  if (run.endedAt === null) return `since ${formatInstant(run.startedAt, zone)}, ${by}`;
  const took = formatDuration(run.endedAt - run.startedAt);
  return `${formatPeriod(run.startedAt, run.endedAt, zone)} (${took}), ${by}`;
}

/** How much of what was due was proved. */
export function coverageWords(run: Pick<Run, "coverage" | "cellsDue" | "cellsCovered">): string {
  const { coverage, cellsDue, cellsCovered } = run;
  if (cellsDue === 0) return "nothing was due: no host is known to be there";
  if (coverage === null) return "not counted yet";
  const of =
    cellsDue === null || cellsCovered === null
      ? ""
      : ` (${formatCount(cellsCovered)} of ${formatCount(cellsDue)} ports)`;
  return `${formatShare(coverage)} of what was due${of}`;
}
