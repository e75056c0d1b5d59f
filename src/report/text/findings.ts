/** What nobody expects: by severity, then by host, each with its age, its evidence and the line it comes from. */
import { type Finding, SEVERITIES } from "../../facts/finding.js";
import { countOf, formatCount } from "../count.js";
import { plain } from "../escape.js";
import { dueWords, findingPort, findingSign } from "../findingWords.js";
import { severityRole } from "../ink.js";
import { formatMinute } from "../time.js";
import { pad, wrapText } from "../width.js";
import { hostName, LOCAL_LABEL } from "../words.js";
import { besideOrBelow, heading, type Page } from "./page.js";

const EVIDENCE_LENGTH = 240;
const TAGS_SHOWN = 80;
/** As wide as most rules are, so that the columns of two reports stand alike. */
const RULE_WIDTH = 16;

export function whatNobodyExpects(page: Page): string[] {
  const findings = page.data.judgement.findings.filter(({ status }) => status === "open");
  if (findings.length === 0) return heading(page, "WHAT NOBODY EXPECTS", nothingWords(page));
  const { signs, paint } = page.ink;
  const widths = {
    port: findings.reduce((most, finding) => Math.max(most, findingPort(finding).length), 0),
    rule: findings.reduce((most, { rule }) => Math.max(most, rule.length), RULE_WIDTH),
  };
  return [
    ...heading(page, "WHAT NOBODY EXPECTS", ""),
    `  ${paint("dim", `${signs.bad} must not be  ${signs.open} not expected  ${signs.absent} missing, or not sure`)}`,
    ...[...SEVERITIES].reverse().flatMap((severity) => {
      const group = findings.filter((finding) => finding.severity === severity);
      if (group.length === 0) return [];
      const title = paint(severityRole(severity), severity.toUpperCase());
      return ["", `  ${title}  ${formatCount(group.length)}`, ...byHost(page, group, widths)];
    }),
  ];
}

function nothingWords({ data }: Page): string {
  const { findings } = data.judgement;
  if (findings.length > 0)
    return `nothing but what somebody answers for: ${countOf(findings.length, "finding")} accepted`;
  if (!data.view.hosts.some((host) => host.presence === "alive")) return "nothing to judge: no host answered";
  const sure = data.view.run.outcome === "complete";
  const subject = data.profile === null ? "no high-risk port is open" : "nothing against the profile";
  return sure ? subject : `${subject} in what was proved`;
}

/** Columns of the widest port and the widest rule of the report. */
interface Widths {
  readonly port: number;
  readonly rule: number;
}

function byHost(page: Page, findings: readonly Finding[], widths: Widths): string[] {
  const hosts = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = hosts.get(finding.address);
    if (group === undefined) hosts.set(finding.address, [finding]);
    else group.push(finding);
  }
  return [...hosts].flatMap(([address, group]) => {
    const saysOwner = sharedOwner(group) === null;
    return [
      ...hostLines(page, address, group),
      ...group.flatMap((finding) => findingLines(page, finding, { ...widths, saysOwner })),
    ];
  });
}

function hostLines(page: Page, address: string, group: readonly Finding[]): string[] {
  const { ink } = page;
  const owner = sharedOwner(group);
  const [first] = group;
  const facts = [
    namesOf(page, address, first?.host ?? null),
    owner === null ? "" : `owner ${plain(owner, { max: 60 })}`,
    first?.system ? `system ${plain(first.system, { max: 60 })}` : "",
    plain((first?.tags ?? []).map((tag) => `#${tag}`).join(" "), { max: TAGS_SHOWN }),
    page.hosts.get(address)?.local === true ? LOCAL_LABEL : "",
  ].filter((text) => text !== "");
  const [text = "", ...more] = wrapText(facts.join(` ${ink.signs.dot} `), page.width - address.length - 4);
  return [
    `  ${ink.paint("host", address)}  ${text}`.trimEnd(),
    ...more.map((line) => " ".repeat(address.length + 4) + line),
  ];
}

/** What the profile or the asset list calls the host, and its name in the DNS where that says more. */
function namesOf(page: Page, address: string, called: string | null): string {
  const name = hostName(page.hosts.get(address));
  if (called === null) return name;
  const shown = plain(called, { max: 60 });
  const says = name.toLowerCase();
  const isSame = says === shown.toLowerCase() || says.startsWith(`${shown.toLowerCase()}.`);
  return name === "" || isSame ? name || shown : `${shown} (${name})`;
}

/** The owner of every finding of a host; null where they differ or nobody owns them. */
function sharedOwner(group: readonly Finding[]): string | null {
  const owner = group[0]?.owner ?? null;
  return group.every((finding) => finding.owner === owner) ? owner : null;
}

/** `saysOwner`: the host's findings have no one owner that its line could name. */
function findingLines(
  page: Page,
  finding: Finding,
  layout: Widths & { readonly saysOwner: boolean },
): string[] {
  const { ink, data, zone, asOf } = page;
  const facts = [
    plain(finding.evidence, { max: EVIDENCE_LENGTH }),
    finding.confirmed ? "" : "(seen once only: not confirmed yet)",
    layout.saysOwner && finding.owner !== null ? `(owner ${plain(finding.owner, { max: 60 })})` : "",
  ].filter((text) => text !== "");
  const due = dueWords(finding, zone, asOf);
  const mark = `    ${findingSign(finding.rule, ink)} ${pad(findingPort(finding), layout.port)}`;
  const head = `${mark}  ${pad(finding.rule, layout.rule)}  ${pad(ageText(finding, data.view.run.startedAt), 6)}`;
  const source = [sourceText(page, finding), finding.overdue ? "" : due].filter((text) => text !== "");
  return besideOrBelow(page, { text: head, role: severityRole(finding.severity) }, (room) => [
    ...wrapText(facts.join(" "), room),
    ...(finding.carried === null ? [] : wrapText(carriedWords(finding, finding.carried, zone), room)),
    ...(finding.overdue ? [ink.paint("bad", due)] : []),
    ...wrapText(source.join(` ${ink.signs.dot} `), room)
      .filter((line) => line !== "")
      .map((line) => ink.paint("dim", line)),
  ]);
}

/** Not seen is never closed: a finding that this run has nothing to say of stands, and says why. */
function carriedWords({ lastSeen }: Finding, why: string, zone: string): string {
  return `still stands, last seen ${formatMinute(lastSeen, zone)}; ${plain(why, { max: EVIDENCE_LENGTH })}`;
}

/** The profile line it comes from; the judging profile is named in full in the headline, so its base name will do. */
function sourceText({ data }: Page, { profile }: Finding): string {
  if (profile === null) return "";
  const file = profile.file === data.profile ? profile.file.replace(/^.*\//, "") : profile.file;
  return `${plain(file)}:${profile.line}`;
}

/** `new` for what this run saw first, else whole days. */
function ageText(finding: Finding, runStart: number): string {
  if (finding.firstSeen >= runStart) return "new";
  return finding.ageDays < 1 ? "<1 d" : `${formatCount(finding.ageDays)} d`;
}
