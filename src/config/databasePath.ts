import { join } from "node:path";
import { PortreeveError } from "../facts/error.js";
import { absolute, type Environment, invokerOf } from "./invoker.js";
import type { UserLookup } from "./passwd.js";

export interface DatabasePlace {
  /** Absolute. */
  readonly path: string;
  /**
   * Under sudo the user whose database this is: whoever creates the file or its folders gives them to that user, so
   * that `portreeve report` works without sudo. Null otherwise.
   */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/**
 * The database when neither `--db`, `PORTREEVE_DB` nor the configuration names one: in the XDG data folder, the
 * same file with and without sudo. `uid` is the effective one. Throws `usage` where no home is known.
 */
export function defaultDatabasePath(env: Environment, uid: number, lookUp: UserLookup): DatabasePlace {
  const { home, owner } = invokerOf(env, uid, lookUp);
  const folder = absolute(env.XDG_DATA_HOME) ?? (home === null ? null : join(home, ".local", "share"));
  if (folder === null) {
    const who = env.SUDO_USER && uid === 0 ? `user ${env.SUDO_USER}` : `uid ${uid}`;
    throw new PortreeveError("usage", `The home of ${who} is not known, so there is no default database.`, {
      hint: "Name the database: --db FILE, PORTREEVE_DB, or `database:` in portreeve.yaml.",
    });
  }
  return { path: join(folder, "portreeve", "portreeve.db"), owner };
}
