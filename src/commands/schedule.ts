/** `portreeve schedule cron`: the line for a crontab; printed, never installed. */
import { realpathSync } from "node:fs";
import type { Command } from "commander";
import { resolveAudit } from "../config/audit.js";
import { printDocument } from "./output.js";
import { openSession, type Session } from "./session.js";

const EXAMPLES = `
Examples:
  portreeve schedule cron @dmz            the weekly line for audit dmz
  portreeve schedule cron @dmz >> /etc/cron.d/portreeve    (add the user's name before the command)
`;

export function addSchedule(program: Command): void {
  const schedule = program
    .command("schedule")
    .summary("lines for cron")
    .description(`Prints lines for cron.\n${EXAMPLES}`);
  schedule
    .command("cron")
    .summary("the weekly crontab line")
    .description(`Prints a crontab line that runs an audit each Monday at 02:30.\n${EXAMPLES}`)
    .argument("[audit]", "@AUDIT of portreeve.yaml", "@NAME")
    .action(async (audit: string, _options: object, command: Command) => {
      const session = await openSession(command);
      if (audit !== "@NAME") resolveAudit(session.config, audit);
      printDocument(cronLines(audit, session, process.argv[1] ?? "portreeve"));
    });
}

/** Absolute paths and a waiting lock, for cron has a bare PATH and starts what is due whatever still runs. */
export function cronLines(audit: string, session: Session, script: string): string {
  const config = session.config.source === null ? [] : ["--config", session.config.source];
  const command = [process.execPath, realpathSync(script), "scan", `@${audit.replace(/^@/, "")}`, ...config]
    .concat(["--db", session.database.path, "--wait", "2h"])
    .map(quoteForCron)
    .join(" ");
  return [
    `# Each Monday at 02:30 (${session.zone} if that is the system's zone). Silent where the profile is met and`,
    "# nothing changed; anything printed is mailed to MAILTO. Exit codes: portreeve --help.",
    `30 2 * * 1  ${command}`,
    "",
  ].join("\n");
}

/** A shell word; cron itself turns an unescaped % into a line end (crontab(5)). */
function quoteForCron(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return quoted.replaceAll("%", "\\%");
}
