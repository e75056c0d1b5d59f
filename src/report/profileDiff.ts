/** What `profile diff` says: the findings of one run that another profile would open, settle or change. */
import type { Finding } from "../facts/finding.js";
import type { Run } from "../facts/run.js";
import { countOf, formatCount } from "./count.js";
import { plain } from "./escape.js";
import { findingJson } from "./findingRows.js";
import { findingPort } from "./findingWords.js";
import { hanging } from "./hanging.js";
import { type Ink, makeInk, type Role, severityRole } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { formatInstant, zonedTime } from "./time.js";
import { pad, wrapText } from "./width.js";

const EVIDENCE_LENGTH = 240;
const NAME_LENGTH = 60;

/** One of the two profiles. */
export interface DiffSide {
  /** As it was given; null: no profile, so that the high-risk list alone judges. */
  readonly file: string | null;
  readonly hash: string | null;
  /** It was not read from a file: it is what the run was judged by. */
  readonly kept: boolean;
}

export interface ProfileDiff {
  readonly run: Pick<Run, "id" | "vantage" | "realm" | "startedAt">;
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly opened: readonly Finding[];
  readonly settled: readonly Finding[];
  readonly changed: readonly { readonly before: Finding; readonly after: Finding }[];
  /** Findings that both profiles make, alike. */
  readonly same: number;
  /** The hosts of the lists, in the order they are shown. */
  readonly hosts: readonly string[];
}

export function renderProfileDiff(diff: ProfileDiff, format: "text" | "json", options: TextOptions): string {
  if (format === "json") return jsonText(diffJson(diff));
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const rows = rowsOf(diff, ink, options.zone);
  const columns = columnsOf(rows);
  const byHost = groupByHost(rows);
  const lines = [
    ...wrapText(countsText(diff), width).map((line) => ink.paint("heading", line)),
    ...sideLines(diff, options.zone, width),
    ...diff.hosts.flatMap((host) => {
      const own = byHost.get(host) ?? [];
      return ["", hostLine(host, own, ink), ...rowLines(own, columns, ink, width)];
    }),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

function diffJson({ run, a, b, opened, settled, changed, same }: ProfileDiff) {
  return {
    schemaVersion: 1,
    run: run.id,
    vantage: run.vantage,
    realm: run.realm,
    a,
    b,
    opened: opened.map(findingJson),
    settled: settled.map(findingJson),
    changed: changed.map(({ before, after }) => ({
      before: findingJson(before),
      after: findingJson(after),
    })),
    same,
  };
}

/** The line to read first; a script's reader gets it whole. */
function countsText({ run, opened, settled, changed, same }: ProfileDiff): string {
  const stay = `${formatCount(same)} ${same === 1 ? "stays" : "stay"}`;
  if (opened.length + settled.length + changed.length === 0) {
    return `Run ${run.id}: no finding would open, be settled or change; ${stay}`;
  }
  const parts = [
    `${countOf(opened.length, "finding")} would open`,
    `${formatCount(settled.length)} would be settled`,
    `${formatCount(changed.length)} would change`,
  ];
  return `Run ${run.id}: ${parts.join(", ")}; ${stay}`;
}

function sideLines({ run, a, b, settled }: ProfileDiff, zone: string, width: number): string[] {
  const realm = run.realm === "default" ? "" : `, realm ${plain(run.realm, { max: NAME_LENGTH })}`;
  const facts: readonly (readonly [label: string, text: string])[] = [
    ["before", sideText(a, run.id)],
    ["after", sideText(b, run.id)],
    [
      "seen",
      `from ${plain(run.vantage, { max: NAME_LENGTH })}${realm}, ${formatInstant(run.startedAt, zone)}`,
    ],
  ];
  const lines = facts.flatMap(([label, text]) => hanging(`  ${pad(label, 6)}  `, text, width));
  if (settled.length > 0) {
    lines.push(...hanging("  ", "settled: the profile would no longer mind; nothing is closed by it", width));
  }
  return lines;
}

function sideText({ file, kept }: DiffSide, run: number): string {
  const name = file === null ? "no profile: the high-risk list alone" : plain(file);
  return kept ? `${name} (what run ${run} was judged by)` : name;
}

interface Row {
  readonly kind: "opens" | "settled" | "changes";
  readonly finding: Finding;
  readonly text: string;
  readonly role: Role;
}

function rowsOf({ opened, settled, changed }: ProfileDiff, ink: Ink, zone: string): Row[] {
  return [
    ...opened.map((finding) => ({
      kind: "opens" as const,
      finding,
      text: `${plain(finding.evidence, { max: EVIDENCE_LENGTH })}${acceptedText(finding)} ${placeText(finding)}`,
      role: severityRole(finding.severity),
    })),
    ...settled.map((finding) => ({
      kind: "settled" as const,
      finding,
      text: `${plain(finding.evidence, { max: EVIDENCE_LENGTH })}${acceptedText(finding)} ${placeText(finding)}`,
      role: "warn" as const,
    })),
    ...changed.map(({ before, after }) => ({
      kind: "changes" as const,
      finding: after,
      text: `${changeText(before, after, ink, zone)} ${placeText(after)}`,
      role: "note" as const,
    })),
  ];
}

function groupByHost(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const byHost = new Map<string, Row[]>();
  for (const row of rows) {
    const group = byHost.get(row.finding.address);
    if (group === undefined) byHost.set(row.finding.address, [row]);
    else group.push(row);
  }
  return byHost;
}

function acceptedText({ status, exception }: Finding): string {
  if (status !== "accepted" || exception === null) return "";
  return ` (accepted by ${plain(exception.id, { max: NAME_LENGTH })} until ${plain(exception.expires)})`;
}

/** `severity medium → high; owner nobody → dba-team` */
function changeText(before: Finding, after: Finding, ink: Ink, zone: string): string {
  const owner = (finding: Finding) => finding.owner ?? "nobody";
  const due = ({ due: at }: Finding) => (at === null ? "never" : zonedTime(at, zone).date);
  const status = ({ status: word, exception }: Finding) =>
    word === "accepted" && exception !== null
      ? `accepted by ${exception.id} until ${exception.expires}`
      : word;
  const pairs: readonly (readonly [what: string, of: (finding: Finding) => string])[] = [
    ["severity", (finding) => finding.severity],
    ["status", status],
    ["owner", owner],
    ["due", due],
  ];
  return pairs
    .map(([what, of]) => ({ what, from: of(before), to: of(after) }))
    .filter(({ from, to }) => from !== to)
    .map(({ what, from, to }) => {
      const [a, b] = [from, to].map((text) => plain(text, { max: NAME_LENGTH }));
      return `${what} ${a} ${ink.signs.arrow} ${b}`;
    })
    .join("; ");
}

function placeText({ profile }: Finding): string {
  return profile === null ? "" : `${plain(profile.file)}:${profile.line}`;
}

function hostLine(address: string, rows: readonly Row[], ink: Ink): string {
  const name = rows.find(({ finding }) => finding.host !== null)?.finding.host ?? "";
  return `${ink.paint("host", address)}  ${plain(name, { max: NAME_LENGTH })}`.trimEnd();
}

const SIGNS = { opens: "+", settled: "-", changes: "~" } as const;

/** What is said of the host itself first, then port by port. */
function rowLines(rows: readonly Row[], { ports, rules }: Columns, ink: Ink, width: number): string[] {
  return rows
    .toSorted((x, y) => (x.finding.port ?? -1) - (y.finding.port ?? -1))
    .flatMap(({ kind, finding, text, role }) => {
      const about = [pad(findingPort(finding), ports), pad(finding.rule, rules), pad(finding.severity, 8)];
      const head = `  ${SIGNS[kind]} ${pad(kind, 7)}  ${about.join("  ")}  `;
      return hanging(head, text.trimEnd(), width, (shown) => ink.paint(role, shown));
    });
}

interface Columns {
  readonly ports: number;
  readonly rules: number;
}

function columnsOf(rows: readonly Row[]): Columns {
  const widest = (of: (finding: Finding) => string) =>
    rows.reduce((most, { finding }) => Math.max(most, of(finding).length), 0);
  return { ports: widest(findingPort), rules: widest(({ rule }) => rule) };
}
