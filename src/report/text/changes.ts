/** What is different from what earlier runs had proved. What no run had covered before is counted apart. */
import type { ChangeKind, ChangeRow } from "../../facts/view.js";
import { countOf, formatCount, listSome } from "../count.js";
import { plain } from "../escape.js";
import type { Role } from "../ink.js";
import { believedChanges } from "../runFigures.js";
import { formatInstant, formatMinute } from "../time.js";
import { pad, textWidth, wrapText } from "../width.js";
import { hostName, portText } from "../words.js";
import { isFirstSeenPort } from "./headline.js";
import { heading, type Page, paragraph } from "./page.js";

/** Rows shown; the JSON report has them all. */
const SHOWN_ROWS = 200;
const SHOWN_HOSTS = 8;

/** The order of interest, with the sign and the look of each kind. */
const KINDS: readonly (readonly [ChangeKind, string, Role])[] = [
  ["opened", "+", "warn"],
  ["reopened", "+", "warn"],
  ["host-appeared", "+", "warn"],
  ["service-changed", "~", "note"],
  ["closed", "-", "good"],
  ["refused", "-", "note"],
  ["went-silent", "?", "note"],
  ["host-vanished", "?", "note"],
];

export function whatChanged(page: Page): string[] {
  const changes = believedChanges(page.data.view);
  const left = page.data.view.changes.length - changes.length;
  const real = changes.filter((change) => change.kind !== "first-seen");
  const firstSeen = changes.filter(isFirstSeenPort);
  return [
    ...heading(page, "WHAT CHANGED", real.length === 0 ? nothingWords(firstSeen.length) : sumUp(page, real)),
    ...(real.length === 0 ? [] : ["", ...changeLines(page, real)]),
    ...(firstSeen.length === 0 ? [] : ["", ...firstSeenWords(page, firstSeen)]),
    ...(left === 0
      ? []
      : ["", ...paragraph(page, `${countOf(left, "port")} of a tarpit left out: see NOT KNOWN.`)]),
  ];
}

function nothingWords(firstSeen: number): string {
  return firstSeen === 0
    ? "nothing, where this run and an earlier one both looked"
    : "nothing to compare with, or nothing different where both looked";
}

function sumUp(page: Page, changes: readonly ChangeRow[]): string {
  const kinds = KINDS.flatMap(([kind]) => {
    const count = changes.filter((change) => change.kind === kind).length;
    return count === 0 ? [] : [`${formatCount(count)} ${kind}`];
  });
  const since = sharedSince(changes);
  const compared =
    since === null
      ? "since the last run that covered each port"
      : `since the last run that covered these ports, ${formatInstant(since, page.zone)}`;
  return `${kinds.join(", ")}; ${compared}`;
}

/** The moment after which every change happened, null where they differ. */
function sharedSince(changes: readonly ChangeRow[]): number | null {
  const since = changes[0]?.timeFrom ?? null;
  return changes.every((change) => change.timeFrom === since) ? since : null;
}

function changeLines(page: Page, changes: readonly ChangeRow[]): string[] {
  const order = new Map(KINDS.map(([kind], i) => [kind, i]));
  const sorted = [...changes].sort((a, b) => (order.get(a.kind) ?? 99) - (order.get(b.kind) ?? 99));
  const shown = sorted.slice(0, SHOWN_ROWS);
  const widths = {
    kind: Math.max(...shown.map(({ kind }) => kind.length)),
    address: Math.max(...shown.map(({ address }) => address.length)),
    port: Math.max(...shown.map((change) => portOf(change).length)),
  };
  const says = sharedSince(changes) === null;
  const left = sorted.length - shown.length;
  return [
    ...shown.flatMap((change) => {
      const [, sign, role] = KINDS.find(([kind]) => kind === change.kind) ?? ["", " ", "note" as const];
      const kind = page.ink.paint(role, pad(`${sign} ${change.kind}`, widths.kind + 2));
      const place = [pad(change.address, widths.address), pad(portOf(change), widths.port)];
      const lead = `  ${[kind, ...place].filter((part) => part !== "").join("  ")}  `;
      const room = page.width - textWidth(lead);
      const [first = "", ...more] = wrapText(factsOf(page, change, says), room);
      const indent = " ".repeat(textWidth(lead));
      return [(lead + first).trimEnd(), ...more.map((line) => indent + line)];
    }),
    ...(left <= 0
      ? []
      : paragraph(
          page,
          `… and ${formatCount(left)} more: portreeve report --run ${page.data.view.run.id} --format json`,
        )),
  ];
}

function portOf({ protocol, port }: ChangeRow): string {
  return protocol === null || port === null ? "" : portText(protocol, port);
}

function factsOf(page: Page, change: ChangeRow, saysSince: boolean): string {
  const name = hostName(page.hosts.get(change.address));
  const after =
    change.timeFrom === null || !saysSince ? "" : `after ${formatMinute(change.timeFrom, page.zone)}`;
  const facts = [beforeAfter(change, page.ink.signs.arrow), name, after].filter((text) => text !== "");
  return facts.join(` ${page.ink.signs.dot} `);
}

function beforeAfter({ before, after }: ChangeRow, arrow: string): string {
  if (before === null && after === null) return "";
  if (before === null || after === null) return plain(before ?? after ?? "", { max: 80 });
  return `${plain(before, { max: 60 })} ${arrow} ${plain(after, { max: 80 })}`;
}

/** First covered is not newly opened: nobody knows how long these have been so. */
function firstSeenWords(page: Page, rows: readonly ChangeRow[]): string[] {
  const hosts = [...new Set(rows.map((row) => row.address))];
  const what = countOf(rows.length, "port is", "ports are");
  const where = listSome(hosts, SHOWN_HOSTS);
  return paragraph(
    page,
    `${what} seen for the first time here, not newly opened: no earlier run had covered ${rows.length === 1 ? "it" : "them"} (${where}).`,
  );
}
