/** `portreeve sql`: a question in SQL over the documented tables. */
import { fork } from "node:child_process";
import { type Command, Option } from "commander";
import { type ErrorCode, PortreeveError } from "../facts/error.js";
import { LIST_FORMATS, type ListFormat } from "../report/rowList.js";
import { renderSqlAnswer } from "../report/sqlAnswer.js";
import type { SqlAnswer } from "../store/views/askSql.js";
import { parseDurationOption } from "./options.js";
import { printPaged } from "./pager.js";
import { openSession } from "./session.js";
import type { SqlQuestion } from "./sqlChild.js";

interface SqlFlags {
  readonly timeout: number;
  readonly format: ListFormat;
}

const USUAL_TIMEOUT = 30_000;

export function addSql(program: Command): void {
  program
    .command("sql")
    .summary("ask in SQL")
    .description(
      "Answers one SELECT over the tables of docs/sql.md: v1_open_now, v1_spans, v1_changes, v1_findings, v1_coverage, v1_runs, v1_assets. It reads a copy in memory: nothing can be written.\n\n" +
        "Examples:\n  portreeve sql 'SELECT port, count(*) AS hosts FROM v1_open_now GROUP BY port ORDER BY hosts DESC'\n" +
        "  portreeve sql --format csv \"SELECT * FROM v1_changes WHERE valid_to > '2026-03-01'\"\n",
    )
    .argument("<select>", "the statement")
    .option("--timeout <duration>", "how long it may take (default: 30s)", parseDurationOption, USUAL_TIMEOUT)
    .option("--no-pager", "print a long list at once")
    .addOption(
      new Option("--format <format>", "output").choices(LIST_FORMATS).default("text" satisfies ListFormat),
    )
    .action(async (sql: string, flags: SqlFlags, command: Command) => {
      const session = await openSession(command);
      const answer = await askChild({ path: session.database.path, sql }, flags.timeout);
      printPaged(renderSqlAnswer(answer, flags.format, { zone: session.zone, ...session.look }), command);
    });
}

type Answer =
  | { readonly answer: SqlAnswer; readonly failed?: never }
  | {
      readonly failed: { readonly code: ErrorCode; readonly message: string; readonly hint: string | null };
      readonly answer?: never;
    };

/** @throws PortreeveError what the child says; `failed` where it takes longer than `timeout` ms or dies */
function askChild(question: SqlQuestion, timeout: number): Promise<SqlAnswer> {
  const child = fork(new URL("./sqlChild.js", import.meta.url), [], { serialization: "advanced" });
  return new Promise<SqlAnswer>((resolve, reject) => {
    const fail = (message: string, hint: string) => reject(new PortreeveError("failed", message, { hint }));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(
        `the statement took longer than ${timeout / 1000} s and was stopped`,
        "narrow it with WHERE, or give it more time: --timeout 5m",
      );
    }, timeout);
    child.once("message", (message: Answer) => {
      clearTimeout(timer);
      const { answer, failed } = message;
      if (answer !== undefined) resolve(answer);
      else {
        const { code, message: words, hint } = failed;
        reject(new PortreeveError(code, words, hint === null ? {} : { hint }));
      }
    });
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      fail(
        `the statement was not answered: its process ended (${signal ?? `exit ${code}`})`,
        "it may need more memory than there is: narrow it with WHERE or LIMIT",
      );
    });
    child.send(question);
  });
}
