/** Open ports that are no finding, a line a host: the expected ones, and those that nobody has looked at. */

import type { JudgedPort } from "../../facts/finding.js";
import type { HostView } from "../../facts/view.js";
import { countOf } from "../count.js";
import { isOpenNow } from "../reportData.js";
import { textWidth, wrapText } from "../width.js";
import { hostTitle, LOCAL_LABEL, openPortText } from "../words.js";
import { heading, type Page, paragraph } from "./page.js";

/** Hosts listed in a section; `query open` has them all. */
const SHOWN_HOSTS = 60;
/** Beyond this the ports start on a line of their own. */
const TITLE_SHARE = 0.45;

export function openPorts(page: Page): string[] {
  const { ports, findings } = page.data.judgement;
  const found = new Set(findings.map((f) => `${f.address} ${f.protocol} ${f.port}`));
  const open = ports.filter(
    ({ row }) => isOpenNow(row) && !found.has(`${row.address} ${row.protocol} ${row.port}`),
  );
  const expected = open.filter(({ verdict }) => verdict === "required" || verdict === "allowed");
  const unreviewed = open.filter(({ verdict }) => verdict === "unreviewed");
  const rest = open.filter(({ verdict }) => verdict === "forbidden" || verdict === "unlisted");
  return [
    ...section(page, "UNREVIEWED", unreviewed, unreviewedWords(page)),
    ...(unreviewed.length === 0 ? [] : nextStep(page)),
    ...section(
      page,
      "ALSO OPEN",
      rest,
      "no finding, for the profile leaves them be or somebody answers in their place",
    ),
    ...section(page, "EXPECTED", expected, "as the profile says"),
  ];
}

function unreviewedWords({ data }: Page): string {
  return data.profile === null
    ? "no profile says whether they should be open"
    : "nobody has looked at them yet";
}

function nextStep(page: Page): string[] {
  if (page.data.profile !== null) return [];
  const command = `portreeve profile init --from-run ${page.data.view.run.id} > profile.yaml`;
  return ["", ...paragraph(page, `Next: ${page.ink.paint("heading", command)}`)];
}

function section(page: Page, title: string, ports: readonly JudgedPort[], said: string): string[] {
  if (ports.length === 0) return [];
  const hosts = new Map<string, { host: HostView; ports: JudgedPort[] }>();
  for (const port of ports) {
    const entry = hosts.get(port.row.address) ?? { host: named(port), ports: [] };
    entry.ports.push(port);
    hosts.set(port.row.address, entry);
  }
  const shown = [...hosts.values()].slice(0, SHOWN_HOSTS);
  const titles = shown.map(({ host }) => textWidth(hostTitle(host)));
  const titleWidth = Math.min(Math.max(...titles), Math.floor(page.width * TITLE_SHARE));
  const left = hosts.size - shown.length;
  return [
    ...heading(
      page,
      title,
      `${countOf(ports.length, "open port")} on ${countOf(hosts.size, "host")}: ${said}`,
    ),
    "",
    ...shown.flatMap((entry) => hostLines(page, entry.host, entry.ports, titleWidth)),
    ...(left <= 0
      ? []
      : paragraph(
          page,
          `… and ${countOf(left, "host")} more: portreeve query open --at ${page.data.view.run.id}`,
        )),
  ];
}

/** The host, by the name that the profile or the asset list has for it where the DNS has none. */
function named({ host, hostName }: JudgedPort): HostView {
  return host.names.length > 0 || hostName === null ? host : { ...host, names: [hostName] };
}

function hostLines(page: Page, host: HostView, ports: readonly JudgedPort[], titleWidth: number): string[] {
  const title = hostTitle(host);
  const text = ports.map(({ row }) => openPortText(row)).join(", ");
  const indent = " ".repeat(titleWidth + 4);
  const wrapped = wrapText(text, page.width - titleWidth - 4);
  const label = (host.local ? wrapText(`(${LOCAL_LABEL})`, page.width - titleWidth - 4) : []).map(
    (line) => indent + page.ink.paint("dim", line),
  );
  const painted = page.ink.paint("host", host.address) + title.slice(host.address.length);
  if (textWidth(title) > titleWidth) {
    return [`  ${painted}`, ...wrapped.map((line) => indent + line), ...label];
  }
  const [first = "", ...more] = wrapped;
  const gap = " ".repeat(titleWidth - textWidth(title) + 2);
  return [`  ${painted}${gap}${first}`, ...more.map((line) => indent + line), ...label];
}
