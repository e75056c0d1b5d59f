/**
 * Answers one question in a process of its own: SQLite cannot be told to stop from the thread it runs in, a process can.
 * Asked and answered by message; an error goes back in words.
 */
import { PortreeveError } from "../facts/error.js";
import { openStore } from "../store/openStore.js";

export interface SqlQuestion {
  readonly path: string;
  readonly sql: string;
}

process.once("message", (question: SqlQuestion) => {
  process.send?.(answer(question), () => process.disconnect());
});

function answer({ path, sql }: SqlQuestion) {
  try {
    const store = openStore(path, { mode: "read" });
    try {
      return { answer: store.askSql(sql) };
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    return { failed: { code: error.code, message: error.message, hint: error.hint } };
  }
}
