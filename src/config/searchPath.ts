import { join } from "node:path";
import { absolute, type Environment, invokerOf } from "./invoker.js";
import type { UserLookup } from "./passwd.js";

export const CONFIG_FILE_NAME = "portreeve.yaml";

/**
 * Where a configuration is looked for when no `--config` names one, first hit wins: the working directory,
 * the user's XDG folder, the system's XDG folders, /etc/portreeve. Pure but for what `lookUp` does; `uid` is the
 * effective one. Under sudo the user's folder is that of the person who typed the command.
 */
export function configSearchPath(env: Environment, cwd: string, uid: number, lookUp: UserLookup): string[] {
  const { home } = invokerOf(env, uid, lookUp);
  const userFolder = absolute(env.XDG_CONFIG_HOME) ?? (home === null ? null : join(home, ".config"));
  const systemFolders = (env.XDG_CONFIG_DIRS || "/etc/xdg")
    .split(":")
    .filter((folder) => absolute(folder) !== null);
  const inFolders = [...(userFolder === null ? [] : [userFolder]), ...systemFolders].map((folder) =>
    join(folder, "portreeve", CONFIG_FILE_NAME),
  );
  return [...new Set([join(cwd, CONFIG_FILE_NAME), ...inFolders, `/etc/portreeve/${CONFIG_FILE_NAME}`])];
}
