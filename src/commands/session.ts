/** What every command starts from: the configuration, the database's place, the terminal. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { type Config, systemTimeZone } from "../config/config.js";
import { type DatabasePlace, defaultDatabasePath } from "../config/databasePath.js";
import { invokerOf } from "../config/invoker.js";
import { loadConfig } from "../config/load.js";
import { lookUpUser } from "../config/passwd.js";

/** Options of every command. */
export interface GlobalOptions {
  readonly config?: string;
  readonly db?: string;
  readonly color?: boolean;
}

export interface Session {
  readonly config: Config;
  readonly database: DatabasePlace;
  /** IANA name of the zone times are shown in. */
  readonly zone: string;
  /** Colour and glyphs of stdout. */
  readonly look: { readonly color: boolean; readonly width: number; readonly unicode: boolean };
}

export function openSession(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const uid = process.geteuid?.() ?? -1;
  const config = loadConfig({ explicit: options.config, env: process.env, cwd: process.cwd(), uid });
  return {
    config,
    database: databaseOf(options, config, uid),
    zone: config.timeZone ?? systemTimeZone(),
    look: {
      color: wantsColor(options, process.stdout.isTTY === true),
      width: process.stdout.isTTY ? process.stdout.columns || 100 : 100,
      unicode: /utf-?8/i.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ""),
    },
  };
}

function databaseOf(options: GlobalOptions, config: Config, uid: number): DatabasePlace {
  const named = options.db ?? process.env.PORTREEVE_DB;
  const { owner } = invokerOf(process.env, uid, lookUpUser);
  if (named) return { path: resolve(named), owner };
  if (config.database) return { path: config.database, owner };
  return defaultDatabasePath(process.env, uid, lookUpUser);
}

/** https://no-color.org: any non-empty NO_COLOR turns colour off; so do --no-color and TERM=dumb. */
function wantsColor(options: GlobalOptions, terminal: boolean): boolean {
  if (options.color === false || process.env.NO_COLOR || process.env.TERM === "dumb") return false;
  return terminal;
}
