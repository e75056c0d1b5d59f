/** `portreeve schedule cron`: the line for a crontab; printed, never installed. */
import { realpathSync } from "node:fs";
import type { Command } from "commander";
import { resolveAudit } from "../config/audit.js";
import { PortreeveError } from "../facts/error.js";
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
    .argument("[audit]", "@AUDIT of portreeve.yaml (default: a line for each)")
    .action(async (audit: string | undefined, _options: object, command: Command) => {
      const session = await openSession(command);
      const named = audit === undefined ? [...session.config.audits.keys()] : [audit];
      const [first, ...others] = named.map((name) => resolveAudit(session.config, name).name ?? name);
      if (first === undefined) {
        throw new PortreeveError("usage", "there is no audit to schedule", {
          hint: "write one under `audits:` in portreeve.yaml: README.md, recipe 3",
        });
      }
      const script = process.argv[1] ?? "portreeve";
      printDocument(cronLines([first, ...others], session, script));
    });
}

/** Absolute paths and a waiting lock, for cron has a bare PATH and starts what is due whatever still runs. */
export function cronLines(audits: readonly string[], session: Session, script: string): string {
  return [
    `# Each Monday at 02:30 (${session.zone} if that is the system's zone). Silent where the profile is met and`,
    "# nothing changed; anything printed is mailed to MAILTO. Exit codes: portreeve --help.",
    ...audits.map((audit) => `30 2 * * 1  ${cronCommand(audit, session, script)}`),
    "",
  ].join("\n");
}

function cronCommand(audit: string, session: Session, script: string): string {
  const config = session.config.source === null ? [] : ["--config", session.config.source];
  return [process.execPath, realpathSync(script), "scan", `@${audit.replace(/^@/, "")}`, ...config]
    .concat(["--db", session.database.path, "--wait", "2h"])
    .map(quoteForCron)
    .join(" ");
}

/** A shell word; cron itself turns an unescaped % into a line end (crontab(5)). */
function quoteForCron(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return quoted.replaceAll("%", "\\%");
}
