import { existsSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { printMessage } from "./output.js";
import type { Session } from "./session.js";

/**
 * What the database has to say, for commands that do without one: null where there is none yet. One that cannot be read
 * is told of, and done without, too.
 */
export function askStore<T>(session: Session, ask: (store: Store) => T): T | null {
  if (!existsSync(session.database.path)) return null;
  try {
    const store = openStore(session.database.path, { mode: "read" });
    try {
      return ask(store);
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    printMessage(`warning: done without the database: ${error.message}`);
    return null;
  }
}
