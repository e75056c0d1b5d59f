/** `portreeve runs` and `portreeve runs show N`. */
import type { Run, ShardRecord } from "../facts/run.js";
import { countOf, formatCount, formatShare } from "./count.js";
import { plain } from "./escape.js";
import { makeInk, type Role } from "./ink.js";
import { runJson } from "./json.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { disbelievedWords, recallOfRun, recallWords, silencedWords } from "./runFigures.js";
import { renderTable } from "./table.js";
import { coverageWords, outcomeWords } from "./text/headline.js";
import { formatDuration, formatInstant, formatMinute, formatPeriod, toRfc3339, zonedTime } from "./time.js";
import { pad, wrapText } from "./width.js";
import { portSetText, portSpec, portSpecText } from "./words.js";

export interface RunDetail {
  readonly run: Run;
  readonly shards: readonly ShardRecord[];
  /** Of an imported run: the file, as it was named then. Its texts are hostile. */
  readonly file: {
    readonly name: string;
    /** SHA-256 of its plain bytes. */
    readonly hash: string;
    readonly bytes: number;
    readonly scanner: string;
    readonly args: string;
    readonly importedAt: number;
    readonly dated: boolean;
  } | null;
}

type Format = "text" | "json";

/** The runs, in the order given. */
export function renderRuns(runs: readonly Run[], format: Format, options: TextOptions): string {
  if (format === "json") return jsonText({ schemaVersion: 1, rows: runs.map(runJson) });
  if (runs.length === 0) return "No runs yet. The first one: portreeve scan TARGET\n";
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const { zone } = options;
  const table = renderTable(
    [
      { title: "RUN", align: "right", keep: true },
      { title: `STARTED (${zonedTime(runs[0]?.startedAt ?? 0, zone).offset})`, keep: true },
      { title: "TOOK", align: "right", keep: true, spare: true },
      { title: "OUTCOME", keep: true },
      { title: "PROVED", align: "right", keep: true },
      { title: "VANTAGE", spare: true },
      { title: "WHAT" },
      { title: "ADDRESSES", align: "right", keep: true, spare: true },
      { title: "BY", spare: true },
    ],
    runs.map((run) => [
      String(run.id),
      formatMinute(run.startedAt, zone),
      run.endedAt === null ? "" : formatDuration(run.endedAt - run.startedAt),
      { text: run.outcome, role: outcomeRole(run) },
      run.coverage === null ? "" : formatShare(run.coverage),
      run.vantage,
      run.audit === null ? run.targets.join(" ") : `@${run.audit}`,
      formatCount(run.addressCount),
      run.operator,
    ]),
    { ink, width: options.width ?? DEFAULT_WIDTH },
  );
  return ink.finish(`${table}\n`);
}

/** One run: what was asked, how it went, each nmap process with its arguments. */
export function renderRun(detail: RunDetail, format: Format, options: TextOptions): string {
  const { run, shards, file } = detail;
  if (format === "json") {
    const told = file === null ? null : { ...file, importedAt: toRfc3339(file.importedAt) };
    return jsonText({ schemaVersion: 1, run: runJson(run), file: told, shards: shards.map(shardJson) });
  }
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const facts = file === null ? scanFacts(run, options.zone) : fileFacts(run, file, options.zone);
  const lines = [
    ink.paint("heading", `Run ${run.id}${run.source === "import" ? ", imported" : ""}`),
    ...facts.flatMap(([label, text]) =>
      wrapText(text, width - 13).map(
        (line, i) => `  ${i === 0 ? ink.paint("dim", pad(label, 9)) : " ".repeat(9)}  ${line}`,
      ),
    ),
    ...listed(
      "Fell silent",
      run.silenced.map((host) => `${host.address} ${silencedWords(host, options.zone, run.startedAt)}`),
      width,
    ),
    ...listed("Not believed", run.disbelieved.map(disbelievedWords), width),
    ...listed(
      "Warnings",
      run.warnings.map((warning) => plain(warning)),
      width,
    ),
    "",
    file !== null
      ? fileWords(file, options.zone)
      : shards.length === 0
        ? "No shards."
        : `${countOf(shards.length, "shard")}: ${shardStates(shards)}`,
    ...shards.flatMap((shard) => shardLines(shard, options, width)),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

function listed(title: string, items: readonly string[], width: number): string[] {
  return items.length === 0 ? [] : ["", title, ...items.flatMap((text) => item(text, width))];
}

type Facts = readonly (readonly [string, string])[];

function scanFacts(run: Run, zone: string): Facts {
  return [
    ["Outcome", endWords(run)],
    ["When", whenWords(run, zone)],
    ["Operator", plain(run.operator)],
    ["Audit", run.audit === null ? "none" : plain(run.audit)],
    ["Seen from", `${plain(run.vantage)}, realm ${plain(run.realm)}${sourcesWords(run)}`],
    ["Targets", plain(run.targets.join(" "), { max: 500 })],
    ["Excluded", run.exclusions.length === 0 ? "nothing" : plain(run.exclusions.join(" "), { max: 500 })],
    ["Addresses", formatCount(run.addressCount)],
    ["Ports", portsWords(run.ports)],
    ["Proved", coverageWords(run)],
    ["Recall", recallWords(recallOfRun(run))],
    [
      "Pace",
      `${run.method === "raw" ? "raw packets" : "connect()"}, ${formatCount(run.rate)} packets a second at most`,
    ],
    ["nmap", plain(run.nmapVersion)],
    ["Profile", run.profileHash === null ? "none" : `SHA-256 ${plain(run.profileHash)}`],
  ];
}

/** What a file does not tell of its scan (its pace, what was due) has no line. */
function fileFacts(run: Run, file: NonNullable<RunDetail["file"]>, zone: string): Facts {
  return [
    ["Outcome", endWords(run)],
    ["When", file.dated ? whenWords(run, zone) : "undated: its file does not say, so it proves nothing"],
    ["Operator", plain(run.operator)],
    ["Seen from", `${plain(run.vantage)}, realm ${plain(run.realm)}`],
    ["Addresses", formatCount(run.addressCount)],
    ["Ports", run.ports === "" ? "the file does not say" : portsWords(run.ports)],
    ["Method", run.method === "raw" ? "raw packets" : "connect()"],
    ["Scanner", plain(file.scanner)],
    ["Command", plain(file.args, { max: 500 })],
    // Our own exports tell it; of another's file there is nothing to say.
    ...(run.recall === null ? [] : ([["Recall", recallWords(run.recall)]] as const)),
  ];
}

function fileWords({ name, hash, bytes, importedAt }: NonNullable<RunDetail["file"]>, zone: string): string {
  return `From ${plain(name)}, ${countOf(bytes, "byte")}, SHA-256 ${hash}, imported ${formatInstant(importedAt, zone)}.`;
}

function endWords({ outcome, why }: Run): string {
  return `${outcomeWords(outcome)}${why === null ? "" : ` (${plain(why)})`}`;
}

function outcomeRole({ outcome }: Run): Role {
  return outcome === "complete"
    ? "good"
    : outcome === "running"
      ? "note"
      : outcome === "partial"
        ? "warn"
        : "bad";
}

function whenWords({ startedAt, endedAt }: Run, zone: string): string {
  if (endedAt === null) return `since ${formatInstant(startedAt, zone)}`;
  return `${formatPeriod(startedAt, endedAt, zone)} (${formatDuration(endedAt - startedAt)})`;
}

function sourcesWords({ sources }: Run): string {
  return sources.length === 0 ? "" : `, source ${sources.join(", ")}`;
}

function portsWords(spec: string): string {
  return spec.length <= 60 ? plain(spec) || "none" : `${portSpecText(spec)}: ${plain(spec, { max: 200 })}`;
}

function shardStates(shards: readonly ShardRecord[]): string {
  const states = ["done", "running", "planned", "failed", "lost"] as const;
  return states
    .flatMap((state) => {
      const count = shards.filter((shard) => shard.state === state).length;
      return count === 0 ? [] : [`${formatCount(count)} ${state}`];
    })
    .join(", ");
}

function shardLines(shard: ShardRecord, { zone }: TextOptions, width: number): string[] {
  const { startedAt, endedAt } = shard;
  const time =
    startedAt === null
      ? "not started"
      : `${zonedTime(startedAt, zone).clock}${endedAt === null ? "" : `, ${formatDuration(endedAt - startedAt)}`}`;
  const ports = portSetText(shard.ports);
  const end = [
    shard.exitCode === null ? "" : `exit ${shard.exitCode}`,
    shard.signal ?? "",
    shard.ended === null || shard.ended === "exited" ? "" : shard.ended,
    shard.form === null || shard.form === "whole" ? "" : `its XML is ${shard.form}`,
  ].filter((text) => text !== "");
  const attempt = shard.attempt > 1 ? `, attempt ${shard.attempt}` : "";
  const facts = [
    `${shard.stage} pass ${shard.pass}${attempt}: ${shard.state}`,
    `${countOf(shard.hostCount, "address", "addresses")}${ports === "" ? "" : `, ${ports}`}`,
    time,
    ...end,
  ];
  return [
    "",
    ...wrapText(`${plain(shard.id)}  ${plain(facts.join("; "))}`, width - 2).map((line) => `  ${line}`),
    // Arguments as they were given, one list, for whoever must tell what was sent.
    ...wrapText(plain(shard.argv.map(quoteArgument).join(" "), { max: 2000 }), width - 6).map(
      (line) => `      ${line}`,
    ),
    ...(shard.error === null ? [] : item(`Error: ${plain(shard.error)}`, width)),
    ...shard.warnings.flatMap((warning) => item(plain(warning), width)),
  ];
}

function item(text: string, width: number): string[] {
  return wrapText(text, width - 6).map((line, i) => (i === 0 ? `    - ${line}` : `      ${line}`));
}

/** For the eye: an argument with anything unusual in it stands in single quotes. */
function quoteArgument(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

function shardJson(shard: ShardRecord) {
  const { id, stage, pass, attempt, state, hostCount, argv, exitCode, signal, ended, form } = shard;
  return {
    id,
    stage,
    pass,
    attempt,
    state,
    hostCount,
    ports: portSpec(shard.ports),
    argv,
    startedAt: shard.startedAt === null ? null : toRfc3339(shard.startedAt),
    endedAt: shard.endedAt === null ? null : toRfc3339(shard.endedAt),
    exitCode,
    signal,
    ended,
    form,
    xmlSha256: shard.xmlSha256,
    xmlBytes: shard.xmlBytes,
    warnings: shard.warnings,
    error: shard.error,
  };
}
