/** `portreeve check`: judge a stored run again; no packet is sent. */
import { type Command, Option } from "commander";
import { resolveAudit } from "../config/audit.js";
import { SEVERITIES, type Severity } from "../facts/finding.js";
import { renderFindings } from "../report/findings.js";
import { openStore } from "../store/openStore.js";
import { exitCodeOf } from "./exitCode.js";
import { judgeRun } from "./judging.js";
import { parseRunId, parseShare } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { openSession } from "./session.js";
import { chooseRun, expectationOf, knownAudit } from "./storedRun.js";

interface CheckOptions {
  readonly run?: number;
  readonly profile?: string;
  readonly failOn?: Severity;
  readonly minCoverage?: number;
  readonly format: "text" | "json" | "jsonl" | "csv";
}

const EXAMPLES = `
Examples:
  portreeve check --profile profile.yaml                 the last run
  portreeve check --run 12 --profile new.yaml --format json
  portreeve check @dmz --fail-on high                    exit 2 on a confirmed high finding
`;

export function addCheck(program: Command): void {
  program
    .command("check")
    .summary("judge a stored run against a profile")
    .description(`Judges a stored run against a profile. Sends nothing.\n${EXAMPLES}`)
    .argument("[audit]", "@AUDIT of portreeve.yaml: its last run and its profile")
    .option("--run <n>", "the run (default: the last one)", parseRunId)
    .option(
      "--profile <file>",
      "what is expected (default: the configuration's; with --run what the run was judged by)",
    )
    .addOption(
      new Option("--fail-on <level>", "exit 2 on a confirmed finding at least this severe").choices(
        SEVERITIES,
      ),
    )
    .option("--min-coverage <share>", "exit 3 if less of what was due is proved (default: 0.99)", parseShare)
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "jsonl", "csv"]).default("text"),
    )
    .action(async (audit: string | undefined, options: CheckOptions, command: Command) => {
      process.exitCode = await check(audit, options, command);
    });
}

async function check(audit: string | undefined, options: CheckOptions, command: Command): Promise<number> {
  const session = await openSession(command);
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const run = chooseRun(store, { ...options, ...(audit === undefined ? {} : { audit }) }, session);
    const auditName = audit ?? store.getRun(run).audit;
    const expectation = await expectationOf(
      store,
      run,
      { ...options, ...(audit === undefined ? {} : { audit }) },
      session,
    );
    for (const warning of expectation.warnings) printMessage(`warning: ${warning}`);
    const judged = judgeRun(store, run, expectation, session);
    printDocument(renderFindings(judged, options.format, { zone: session.zone, ...session.look }));
    const settings = resolveAudit(session.config, knownAudit(auditName, session));
    return exitCodeOf(judged.judgement.findings, judged.view.run.coverage, {
      failOn: options.failOn ?? settings.failOn,
      minCoverage: options.minCoverage ?? settings.minCoverage,
    });
  } finally {
    store.close();
  }
}
