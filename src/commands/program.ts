/** All commands in one program; `docs/cli.md` and the completion scripts are made from it. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { addAssets } from "./assets.js";
import { addCheck } from "./check.js";
import { addCompletion } from "./completion.js";
import { addDb } from "./db.js";
import { addDiff } from "./diff.js";
import { addDoctor } from "./doctor.js";
import { addExport } from "./export.js";
import { addFindings } from "./findings.js";
import { addImport } from "./import.js";
import { addLog } from "./log.js";
import { addProfile } from "./profile.js";
import { addQuery } from "./query.js";
import { addReport } from "./report.js";
import { addRuns } from "./runs.js";
import { addScan } from "./scan.js";
import { addSchedule } from "./schedule.js";
import { addShow } from "./show.js";
import { addSql } from "./sql.js";

const INTRODUCTION = `Which ports does the network expose, which of them does nobody expect, and since when?

Examples:
  portreeve doctor                          is everything here that a scan needs?
  portreeve scan 198.18.7.0/24              sweep a subnet, record it, show what should not be there
  portreeve profile init --from-run 1 > profile.yaml
  portreeve scan 198.18.7.0/24 --profile profile.yaml --fail-on high
  portreeve report                          the last run again
`;

const EXIT_CODES = `
Exit codes: 0 done · 1 error · 2 findings at or above --fail-on · 3 coverage below --min-coverage ·
  11 another run holds the database · 64 usage · 130 interrupted
`;

export function makeProgram(): Command {
  const program = new Command("portreeve")
    .description(INTRODUCTION)
    .version(versionOf(), "-V, --version")
    .option("--config <file>", "configuration (default: portreeve.yaml here, then the XDG and system places)")
    .option("--db <file>", "database (default: PORTREEVE_DB, the configuration, then the XDG data folder)")
    .option("--no-color", "no colour")
    .addHelpText("after", EXIT_CODES)
    .showSuggestionAfterError()
    .exitOverride();
  for (const add of [
    addScan,
    addCheck,
    addReport,
    addRuns,
    addShow,
    addQuery,
    addDiff,
    addLog,
    addSql,
    addFindings,
    addProfile,
    addAssets,
    addImport,
    addExport,
    addDb,
    addSchedule,
    addDoctor,
    addCompletion,
  ]) {
    add(program);
  }
  // A subcommand inherits neither of these by itself when it is made before they are set.
  for (const command of everyCommand(program)) {
    command.exitOverride().showSuggestionAfterError();
    command.configureHelp({ showGlobalOptions: true });
  }
  return program;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function versionOf(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
