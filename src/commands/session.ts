/** What every command starts from: the configuration, the database's place, the terminal. */
import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { type Config, settleConfig, systemTimeZone } from "../config/config.js";
import { type DatabasePlace, defaultDatabasePath } from "../config/databasePath.js";
import { invokerOf } from "../config/invoker.js";
import { lookUpUser } from "../config/passwd.js";
import { configSearchPath } from "../config/searchPath.js";

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

export async function openSession(command: Command): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const uid = process.geteuid?.() ?? -1;
  const config = await configOf(options.config, uid);
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

/** The readers of YAML take as long to load as the rest of the program: only where there is something to read. */
async function configOf(explicit: string | undefined, uid: number): Promise<Config> {
  const cwd = process.cwd();
  const places = explicit === undefined ? configSearchPath(process.env, cwd, uid, lookUpUser) : [explicit];
  if (explicit === undefined && !places.some(mayExist)) {
    return settleConfig({}, null, { base: cwd, home: invokerOf(process.env, uid, lookUpUser).home });
  }
  const { loadConfig } = await import("../config/load.js");
  return loadConfig({ explicit, env: process.env, cwd, uid });
}

function mayExist(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Not to be told from here: the loader says why.
    return true;
  }
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
