/** `portreeve findings`: what stands, what was settled, and answering for one until a day. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  FINDING_RULES,
  FINDING_STATUSES,
  type FindingRule,
  type FindingStatus,
  SEVERITIES,
  type Severity,
} from "../facts/finding.js";
import { renderFindingDetail } from "../report/findingDetail.js";
import { renderFindingList } from "../report/findingList.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import type { AcceptOptions } from "./acceptFinding.js";
import { chooseFinding, isOverdue, listFindings } from "./listFindings.js";
import { printDocument } from "./output.js";
import { openSession } from "./session.js";

interface ListOptions {
  readonly status?: readonly FindingStatus[];
  readonly rule?: FindingRule;
  readonly severity?: Severity;
  readonly host?: string;
  readonly port?: string;
  readonly owner?: string;
  readonly vantage?: string;
  readonly realm?: string;
  readonly overdue?: boolean;
  readonly format: "text" | "json" | "jsonl" | "csv";
}

const EXAMPLES = `
Examples:
  portreeve findings list --status open --severity high
  portreeve findings list --overdue --format csv
  portreeve findings show 3f9c02a1
  portreeve findings accept 3f9c02a1 --owner li.wei --reason "vendor console" --expires 90d --ticket CHG-4711
`;

export function addFindings(program: Command): void {
  const findings = program
    .command("findings")
    .summary("what stands, what was settled, and who answers for it")
    .description(`Works on findings as they are now; each has one fingerprint from run to run.\n${EXAMPLES}`);
  addList(findings);
  addShowFinding(findings);
  addAccept(findings);
}

function addList(findings: Command): void {
  findings
    .command("list", { isDefault: true })
    .summary("the findings, open ones first")
    .description(
      "Lists findings: open ones (gravest first), accepted ones, then settled ones (newest first).",
    )
    .addOption(new Option("--status <status...>", "only these").choices(FINDING_STATUSES))
    .addOption(new Option("--rule <rule>", "only this rule").choices(FINDING_RULES))
    .addOption(new Option("--severity <level>", "only at least this severe").choices(SEVERITIES))
    .option("--host <host>", "only this address, or host of the profile or of an asset list")
    .option("--port <port>", "only this port, such as 22/tcp")
    .option("--owner <name>", "only what this owner answers for")
    .option("--vantage <name>", "only as seen from there")
    .option("--realm <name>", "only in this realm")
    .option("--overdue", "only open ones that should have been settled by now")
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "jsonl", "csv"]).default("text"),
    )
    .action(async (options: ListOptions, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const now = Date.now();
        const asked = {
          statuses: options.status ?? [],
          rule: options.rule ?? null,
          severity: options.severity ?? null,
          host: options.host === undefined ? null : hostOf(options.host),
          port: options.port === undefined ? null : parsePort(options.port),
          owner: options.owner ?? null,
          vantage: options.vantage ?? null,
          realm: options.realm ?? null,
          overdue: options.overdue ?? false,
        };
        const rows = listFindings(store, asked, now);
        const look = { zone: session.zone, ...session.look, now };
        printDocument(renderFindingList(rows, options.format, look));
      } finally {
        store.close();
      }
    });
}

/** A name is the profile's or the asset list's: nothing is asked of DNS. */
function hostOf(text: string) {
  return /^[0-9.]+$|:/.test(text) ? parseAddress(text) : { name: text };
}

function addShowFinding(findings: Command): void {
  findings
    .command("show")
    .summary("one finding and its history")
    .description("Shows one finding: what was seen, who answers for it, and each change of its status.")
    .argument("<finding>", "the first digits of its fingerprint")
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (prefix: string, options: { format: "text" | "json" }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const now = Date.now();
        const found = chooseFinding(store, prefix);
        const finding = { ...found, overdue: isOverdue(found, now) };
        const transitions = store.transitionsOf(finding.fingerprint);
        const look = { zone: session.zone, ...session.look, now };
        printDocument(renderFindingDetail({ finding, transitions }, options.format, look));
      } finally {
        store.close();
      }
    });
}

function addAccept(findings: Command): void {
  findings
    .command("accept")
    .summary("answer for a finding until a day")
    .description(
      "Writes an exception for exactly this finding into the profile, comments kept, and shows the diff first. " +
        "On a terminal it asks before it writes.",
    )
    .argument("<finding>", "the first digits of its fingerprint")
    .requiredOption("--owner <name>", "who answers for it")
    .requiredOption("--reason <text>", "why it is accepted")
    .requiredOption("--expires <day>", "the last day it holds: YYYY-MM-DD, or from today, such as 90d")
    .option("--ticket <id>", "where it was asked for")
    .option("--approved-by <name>", "who approved it")
    .option("--id <id>", "the exception's id (default: the next of the year, such as EXC-2026-014)", parseId)
    .option("--profile <file>", "the file to write it into (default: the profile of the run's audit)")
    .option("--dry-run", "show the diff and write nothing")
    .option("--yes", "do not ask; allow a day more than two years ahead")
    .action(async (prefix: string, options: AcceptOptions, command: Command) => {
      // The reader of YAML and the maker of diffs take a while to load: only where they are needed.
      const { acceptFinding } = await import("./acceptFinding.js");
      process.exitCode = await acceptFinding(prefix, options, await openSession(command));
    });
}

/** As profiles take it; the profile has the last word. */
function parseId(text: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,99}$/u.test(text)) return text;
  throw new InvalidArgumentError("It is made of letters, digits, _, . and -.");
}
