/** `portreeve show HOST`: who it is, what is open and since when, what was, which runs looked. */
import type { Address } from "../facts/address.js";
import type { Identity } from "../facts/asset.js";
import type { HistorySpan, HostHistory, HostView } from "../facts/view.js";
import { countOf } from "./count.js";
import { plain } from "./escape.js";
import { type Ink, makeInk } from "./ink.js";
import { hostJson } from "./json.js";
import { jsonText } from "./jsonText.js";
import { type OwnedRow, observationJson } from "./observations.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { renderTable } from "./table.js";
import { formatInstant, formatMinute, toRfc3339 } from "./time.js";
import { pad, wrapText } from "./width.js";
import { doubtText, hostTitle, LOCAL_LABEL, portSetText, portSpec, portText, serviceText } from "./words.js";

/** Runs listed; the history is longer than a screen soon. */
const SHOWN_RUNS = 10;
const SHOWN_SPANS = 100;

/** A host with who it is; `identity` is null where neither the profile nor an asset list knows it. */
export interface KnownHostHistory extends HostHistory {
  readonly identity?: Identity | null;
  /** Who answers for a port of it: the profile may say so port by port. */
  readonly ownerOf?: (row: HostView["ports"][number]) => Pick<OwnedRow, "owner" | "host" | "system" | "tags">;
}

export function renderHost(
  hosts: readonly KnownHostHistory[],
  format: "text" | "json",
  options: TextOptions,
): string {
  if (format === "json") return jsonText({ schemaVersion: 1, rows: hosts.map(historyJson) });
  if (hosts.length === 0)
    return "No answer of this address is on record: no run asked it, or it kept silent. It is unknown, not absent.\n";
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  return ink.finish(`${hosts.map((host) => hostText(host, ink, options)).join("\n\n")}\n`);
}

function hostText(host: KnownHostHistory, ink: Ink, options: TextOptions): string {
  const { view, history, runs } = host;
  const { zone } = options;
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const realm = host.realm === "default" ? "" : `, realm ${plain(host.realm)}`;
  const facts: readonly (readonly [string, string])[] = [
    ...identityFacts(host),
    ["Names", plain(view.names.join(", "), { max: 400 })],
    ["Hardware", plain([view.mac, view.vendor].filter((text) => text !== null).join(" "))],
    ["Presence", presenceWords(view, zone)],
    ["Note", view.local ? LOCAL_LABEL : ""],
  ];
  return [
    `${ink.paint("heading", hostTitle(view))}, seen from ${plain(host.vantage)}${realm}`,
    ...facts.flatMap(([label, text]) =>
      text === ""
        ? []
        : wrapText(text, width - 12).map(
            (line, i) => `  ${i === 0 ? ink.paint("dim", pad(label, 8)) : " ".repeat(8)}  ${line}`,
          ),
    ),
    "",
    ...portLines(host, ink, options, width),
    ...quietLines(view, width),
    ...historyLines(history, ink, zone, width),
    ...runLines(runs, ink, zone, width),
  ].join("\n");
}

/** Who it is, by the profile's hosts and the asset lists. */
function identityFacts({ view, identity }: KnownHostHistory): readonly (readonly [string, string])[] {
  if (identity === undefined || identity === null) return [];
  return [
    ["Host", plain(identity.name ?? "")],
    ["Owner", plain(identity.owner ?? "")],
    ["System", plain(identity.system ?? "")],
    ["Tags", plain(identity.tags.join(", "), { max: 400 })],
    ["Also at", otherAddresses(view, identity).join(", ")],
  ];
}

function otherAddresses({ address }: HostView, identity: Identity): readonly Address[] {
  return identity.addresses.filter((other) => other !== address);
}

/** What the newest run that asked it can say; a silent host is unknown, not gone. */
function presenceWords({ presence, aliveReason, aliveSince, lastAlive }: HostView, zone: string): string {
  const last = lastAlive === null ? "it never answered" : `last alive ${formatInstant(lastAlive, zone)}`;
  switch (presence) {
    case "alive": {
      const since = aliveSince === null ? "" : ` since ${formatInstant(aliveSince, zone)}`;
      return `alive${since}${aliveReason === null ? "" : ` (${plain(aliveReason)})`}`;
    }
    case "silent":
      return `gave no answer in the last run that asked: unknown, not absent; ${last}`;
    case "vanished":
      return `gives no answer any more while its neighbours do; ${last}`;
    case "not-covered":
      return `not covered by the last run; ${last}`;
  }
}

function portLines(host: KnownHostHistory, ink: Ink, { zone }: TextOptions, width: number): string[] {
  const { view, identity, ownerOf } = host;
  const owners = view.ports.map((row) => ownerOf?.(row).owner ?? null);
  // The host's own owner stands above.
  const shown = owners.some((owner) => owner !== null && owner !== (identity?.owner ?? null));
  if (view.ports.length === 0) return ["No port of it was ever proved open."];
  const table = renderTable(
    [
      { title: "PORT", keep: true },
      { title: "STATE", keep: true },
      { title: "SERVICE" },
      ...(shown ? [{ title: "OWNER" }] : []),
      { title: "SINCE", keep: true },
      { title: "LAST SEEN SO", keep: true },
      { title: "" },
    ],
    view.ports.map((row, i) => [
      portText(row.protocol, row.port),
      row.state,
      [serviceText(row.service), doubtText(row)].filter((text) => text !== "").join(" "),
      ...(shown ? [owners[i] ?? ""] : []),
      formatMinute(row.firstSeen, zone),
      formatMinute(row.lastSeen, zone),
      row.covered ? "" : { text: "not covered by the last run", role: "warn" as const },
    ]),
    { ink, width, indent: 2 },
  );
  return [ink.paint("heading", "PORTS"), table];
}

/** nmap calls a refused `connect()` closed, but a filter may have said it: closed is told only where it was proved. */
function stateWord({ state, proof }: HostView["quiet"][number]): string {
  return state === "closed" && proof !== "closed" ? "refused" : state;
}

function quietLines(view: HostView, width: number): string[] {
  return view.quiet.flatMap((group) =>
    wrapText(`${portSetText(group.ports)}: ${stateWord(group)} (${plain(group.reason)})`, width - 2).map(
      (line) => `  ${line}`,
    ),
  );
}

function historyLines(history: readonly HistorySpan[], ink: Ink, zone: string, width: number): string[] {
  const over = history.filter((span) => span.until !== null).sort((a, b) => b.from - a.from);
  if (over.length === 0) return [];
  const table = renderTable(
    [
      { title: "PORT", keep: true },
      { title: "WAS", keep: true },
      { title: "FROM", keep: true },
      { title: "LAST SEEN SO", keep: true },
      { title: "OTHERWISE BY", keep: true },
    ],
    over
      .slice(0, SHOWN_SPANS)
      .map((span) => [
        portText(span.protocol, span.port),
        span.state,
        formatMinute(span.from, zone),
        formatMinute(span.lastSeen, zone),
        span.until === null ? "" : formatMinute(span.until, zone),
      ]),
    { ink, width, indent: 2 },
  );
  const left = over.length - SHOWN_SPANS;
  return [
    "",
    ink.paint("heading", "BEFORE"),
    table,
    ...(left <= 0 ? [] : [`  … and ${countOf(left, "older period")}: --format json`]),
  ];
}

function runLines(runs: HostHistory["runs"], ink: Ink, zone: string, width: number): string[] {
  if (runs.length === 0) return [];
  const left = runs.length - SHOWN_RUNS;
  return [
    "",
    `${ink.paint("heading", "RUNS")} that asked it, and what they proved`,
    ...runs.slice(0, SHOWN_RUNS).flatMap(({ id, startedAt, covered }) => {
      const proved = portSetText(covered);
      const text = `run ${id}, ${formatInstant(startedAt, zone)}: ${proved === "" ? "no port" : proved}`;
      return wrapText(text, width - 2).map((line) => `  ${line}`);
    }),
    ...(left <= 0 ? [] : [`  … and ${countOf(left, "older run")}`]),
  ];
}

function historyJson(host: KnownHostHistory) {
  const { vantage, realm, view, history, runs, identity = null, ownerOf } = host;
  return {
    vantage,
    realm,
    ...hostJson(view),
    host: identity?.name ?? null,
    owner: identity?.owner ?? null,
    system: identity?.system ?? null,
    tags: identity?.tags ?? [],
    otherAddresses: identity === null ? [] : otherAddresses(view, identity),
    ports: view.ports.map((row) => ({
      ...observationJson({ ...row, ...ownerOf?.(row) }),
      covered: row.covered,
    })),
    quiet: view.quiet.map(({ state, reason, ports }) => ({ state, reason, ports: portSpec(ports) })),
    history: history.map((span) => ({
      ...span,
      from: toRfc3339(span.from),
      until: span.until === null ? null : toRfc3339(span.until),
      lastSeen: toRfc3339(span.lastSeen),
    })),
    runs: runs.map((run) => ({
      run: run.id,
      startedAt: toRfc3339(run.startedAt),
      covered: portSpec(run.covered),
    })),
  };
}
