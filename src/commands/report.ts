/** `portreeve report`: the judged run as a document. */
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import { openStore } from "../store/openStore.js";
import { judgeRun } from "./judging.js";
import { parseRunId } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { renderJudged, renderJudgedJson } from "./rendering.js";
import { openSession } from "./session.js";
import { chooseRun, expectationOf } from "./storedRun.js";

interface ReportOptions {
  readonly run?: number;
  readonly profile?: string;
  readonly format: "text" | "json";
  readonly output?: string;
}

const EXAMPLES = `
Examples:
  portreeve report                                  the last run, as text
  portreeve report @dmz --profile profiles/dmz.yaml
  portreeve report --run 12 --format json --output run12.json
`;

export function addReport(program: Command): void {
  program
    .command("report")
    .summary("what a run found, made to be read")
    .description(
      `Shows what a run found, what changed and what nobody expects. Works while a run goes on.\n${EXAMPLES}`,
    )
    .argument("[audit]", "@AUDIT of portreeve.yaml: its last run and its profile")
    .option("--run <n>", "the run (default: the last one)", parseRunId)
    .option(
      "--profile <file>",
      "what is expected (default: the configuration's; with --run what the run was judged by)",
    )
    .option("--output <file>", "write to a file instead of stdout")
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (audit: string | undefined, options: ReportOptions, command: Command) => {
      await report(audit, options, command);
    });
}

async function report(audit: string | undefined, options: ReportOptions, command: Command): Promise<void> {
  const session = await openSession(command);
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const run = chooseRun(store, { ...options, ...(audit === undefined ? {} : { audit }) }, session);
    const expectation = await expectationOf(
      store,
      run,
      { ...options, ...(audit === undefined ? {} : { audit }) },
      session,
    );
    for (const warning of expectation.warnings) printMessage(`warning: ${warning}`);
    const judged = judgeRun(store, run, expectation, session);
    const plain = { ...session, look: { ...session.look, color: false } };
    const document =
      options.format === "json"
        ? renderJudgedJson(judged)
        : renderJudged(judged, options.output ? plain : session);
    if (options.output === undefined) printDocument(document);
    else writeReport(options.output, document);
  } finally {
    store.close();
  }
}

function writeReport(file: string, document: string): void {
  try {
    writeFileSync(file, document, { mode: 0o600 });
  } catch (cause) {
    throw new PortreeveError(
      "failed",
      `the report cannot be written to ${file}: ${(cause as Error).message}`,
      {
        hint: "name another file with --output, or leave it out to print the report",
        cause,
      },
    );
  }
}
