/** Reads docs/sql.md as its tests hold it: the columns it lists, the questions it asks, the answers it gives. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = readFileSync(join(import.meta.dirname, "../../../docs/sql.md"), "utf8");

/** Table by table, the columns in their order. */
export function documentedColumns(): ReadonlyMap<string, readonly string[]> {
  const tables = DOCS.split(/^## /m).filter((part) => part.startsWith("v1_"));
  return new Map(
    tables.map((part) => {
      const name = part.split("\n")[0] ?? "";
      return [name, [...part.matchAll(/^\| `(\w+)` \|/gm)].map(([, column]) => column ?? "")];
    }),
  );
}

export interface DocumentedQuestion {
  readonly question: string;
  readonly sql: string;
  /** As `--format text` prints it. */
  readonly answer: string;
}

export function documentedQuestions(): DocumentedQuestion[] {
  const pattern = /^### (.+)\n\n```sql\n([\s\S]*?)\n```\n\n```\n([\s\S]*?)\n```/gm;
  return [...DOCS.matchAll(pattern)].map(([, question = "", sql = "", answer = ""]) => {
    return { question, sql, answer };
  });
}
