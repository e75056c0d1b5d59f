/** What nobody expects: by severity, then by host, each with its age, its evidence and the line it comes from. */
import { type Finding, type FindingRule, SEVERITIES } from "../../facts/finding.js";
import { formatCount } from "../count.js";
import { plain } from "../escape.js";
import { type Ink, severityRole } from "../ink.js";
import { pad, textWidth, wrapText } from "../width.js";
import { hostName, LOCAL_LABEL, portText } from "../words.js";
import { heading, type Page } from "./page.js";

const EVIDENCE_LENGTH = 240;
/** Columns that the evidence wants beside its finding; with fewer it stands below. */
const EVIDENCE_BESIDE = 56;

export function whatNobodyExpects(page: Page): string[] {
  const { findings } = page.data.judgement;
  if (findings.length === 0) return heading(page, "WHAT NOBODY EXPECTS", nothingWords(page));
  const { signs, paint } = page.ink;
  const portWidth = findings.reduce((most, finding) => Math.max(most, portOf(finding).length), 0);
  return [
    ...heading(page, "WHAT NOBODY EXPECTS", ""),
    `  ${paint("dim", `${signs.bad} must not be  ${signs.open} not expected  ${signs.absent} missing, or not sure`)}`,
    ...[...SEVERITIES].reverse().flatMap((severity) => {
      const group = findings.filter((finding) => finding.severity === severity);
      if (group.length === 0) return [];
      const title = paint(severityRole(severity), severity.toUpperCase());
      return ["", `  ${title}  ${formatCount(group.length)}`, ...byHost(page, group, portWidth)];
    }),
  ];
}

function nothingWords({ data }: Page): string {
  if (!data.view.hosts.some((host) => host.presence === "alive")) return "nothing to judge: no host answered";
  const sure = data.view.run.outcome === "complete";
  const subject = data.profile === null ? "no high-risk port is open" : "nothing against the profile";
  return sure ? subject : `${subject} in what was proved`;
}

function byHost(page: Page, findings: readonly Finding[], portWidth: number): string[] {
  const hosts = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = hosts.get(finding.address);
    if (group === undefined) hosts.set(finding.address, [finding]);
    else group.push(finding);
  }
  return [...hosts].flatMap(([address, group]) => {
    const layout = { portWidth, saysOwner: sharedOwner(group) === null };
    return [
      ...hostLines(page, address, group),
      ...group.flatMap((finding) => findingLines(page, finding, layout)),
    ];
  });
}

function hostLines(page: Page, address: string, group: readonly Finding[]): string[] {
  const { ink } = page;
  const host = page.hosts.get(address);
  const name = hostName(host);
  const owner = sharedOwner(group);
  const facts = [
    name,
    owner === null ? "" : `owner ${plain(owner, { max: 60 })}`,
    host?.local === true ? LOCAL_LABEL : "",
  ].filter((text) => text !== "");
  const [first = "", ...more] = wrapText(facts.join(` ${ink.signs.dot} `), page.width - address.length - 4);
  return [
    `  ${ink.paint("host", address)}  ${first}`.trimEnd(),
    ...more.map((line) => " ".repeat(address.length + 4) + line),
  ];
}

/** The owner of every finding of a host; null where they differ or nobody owns them. */
function sharedOwner(group: readonly Finding[]): string | null {
  const owner = group[0]?.owner ?? null;
  return group.every((finding) => finding.owner === owner) ? owner : null;
}

interface FindingLayout {
  /** Columns of the widest port of the report. */
  readonly portWidth: number;
  /** The host's findings have no one owner that its line could name. */
  readonly saysOwner: boolean;
}

function findingLines(page: Page, finding: Finding, { portWidth, saysOwner }: FindingLayout): string[] {
  const { ink, data } = page;
  const facts = [
    plain(finding.evidence, { max: EVIDENCE_LENGTH }),
    finding.confirmed ? "" : "(seen once only: not confirmed yet)",
    saysOwner && finding.owner !== null ? `(owner ${plain(finding.owner, { max: 60 })})` : "",
  ].filter((text) => text !== "");
  const mark = `    ${signOf(finding.rule, ink)} ${pad(portOf(finding), portWidth)}`;
  const head = `${mark}  ${pad(finding.rule, 16)}  ${pad(ageText(finding, data.view.run.startedAt), 6)}`;
  const painted = ink.paint(severityRole(finding.severity), head.trimEnd());
  const below = page.width - textWidth(head) - 2 < EVIDENCE_BESIDE;
  const indent = below ? 6 : textWidth(head) + 2;
  const text = [
    ...wrapText(facts.join(" "), page.width - indent),
    ...sourceLines(page, finding, page.width - indent).map((line) => ink.paint("dim", line)),
  ];
  if (below) return [painted, ...text.map((line) => " ".repeat(indent) + line)];
  const [first = "", ...more] = text;
  const gap = " ".repeat(indent - textWidth(head.trimEnd()));
  return [painted + gap + first, ...more.map((line) => " ".repeat(indent) + line)];
}

/** The profile line it comes from; the judging profile is named in full in the headline, so its base name will do. */
function sourceLines({ data }: Page, { profile }: Finding, room: number): string[] {
  if (profile === null) return [];
  const file = profile.file === data.profile ? profile.file.replace(/^.*\//, "") : profile.file;
  return wrapText(`${plain(file)}:${profile.line}`, room);
}

function portOf({ protocol, port }: Finding): string {
  return protocol === null || port === null ? "host" : portText(protocol, port);
}

function signOf(rule: FindingRule, { signs }: Ink): string {
  switch (rule) {
    case "forbidden-open":
    case "wrong-service":
      return signs.bad;
    case "unexpected-open":
    case "host-unknown":
    case "firewall-hole":
      return signs.open;
    case "required-missing":
    case "host-missing":
    case "unconfirmed":
      return signs.absent;
  }
}

/** `new` for what this run saw first, else whole days. */
function ageText(finding: Finding, runStart: number): string {
  if (finding.firstSeen >= runStart) return "new";
  return finding.ageDays < 1 ? "<1 d" : `${formatCount(finding.ageDays)} d`;
}
