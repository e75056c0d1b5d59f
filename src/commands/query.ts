/** `portreeve query`: one question, one list. */
import type { Command } from "commander";
import { addChangesQuestion } from "./queryChanges.js";
import { addCoverageQuestion } from "./queryCoverage.js";
import { addHistoryQuestions } from "./queryHistory.js";
import { addOpenQuestions } from "./queryOpen.js";

const EXAMPLES = `
Examples:
  portreeve query open                          every port last known open, and whose it is
  portreeve query open --at 12 --format csv     as run 12 saw it
  portreeve query open --at 2026-03-01 --host 198.18.7.12
  portreeve query open --port 3306/tcp --owner dba-team
  portreeve query unowned                       open ports that nobody answers for
  portreeve query who-has 3306/tcp              the addresses where it is open
  portreeve query since 198.18.7.12 22/tcp      since when it is as it is
  portreeve query history --host 198.18.7.12    every period of its ports
  portreeve query age --older-than 90d          what no run confirmed for so long
  portreeve query changes --since 7d            what changed
  portreeve query service --product nginx --below 1.24
  portreeve query coverage --network 198.18.7.0/24
`;

export function addQuery(program: Command): void {
  const query = program
    .command("query")
    .summary("ask the history")
    .description(
      `Asks the history. A date is the end of that day in the configured zone. What no run covered recently enough is unknown, never closed.\n${EXAMPLES}`,
    );
  addOpenQuestions(query);
  addHistoryQuestions(query);
  addChangesQuestion(query);
  addCoverageQuestion(query);
}
