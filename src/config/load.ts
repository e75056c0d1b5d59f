import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PortreeveError } from "../facts/error.js";
import { type Config, settleConfig } from "./config.js";
import { explainIssues } from "./explainIssues.js";
import { type Environment, invokerOf } from "./invoker.js";
import { lookUpUser, type UserLookup } from "./passwd.js";
import { ConfigSchema } from "./schema.js";
import { configSearchPath } from "./searchPath.js";
import { assertTrusted, judgeStep } from "./trust.js";
import { parseYamlText } from "./yamlText.js";

/** A configuration is written by hand; one of a megabyte is something else. */
const MAX_BYTES = 1024 * 1024;

export interface LoadOptions {
  /** What `--config` names; it must exist. */
  readonly explicit?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  /** Effective uid; root reads only files that nobody else may change. */
  readonly uid: number;
  readonly lookUp?: UserLookup;
}

/**
 * Finds, checks and reads the configuration. Without a file everything is default and `source` is null.
 * Throws `usage` for a file that says something wrong (a line `file:line:column: problem` for each problem) or a
 * named file that is missing, `failed` for one that cannot be read or that root may not believe.
 */
export function loadConfig({ explicit, env, cwd, uid, lookUp = lookUpUser }: LoadOptions): Config {
  const invoker = invokerOf(env, uid, lookUp);
  // Only root has others to fear here: anyone else could be harmed by nobody but those who can already be them.
  const trusted = uid === 0 ? new Set([0, invoker.owner?.uid ?? 0]) : null;

  const candidates =
    explicit === undefined ? configSearchPath(env, cwd, uid, lookUp) : [resolve(cwd, explicit)];
  for (const path of candidates) {
    const text = readTrusted(path, trusted);
    if (text === null) continue;
    const config = parseConfig(text, path, invoker.home);
    if (uid === 0) assertTrustedProgram(config);
    return config;
  }
  if (explicit !== undefined) {
    throw new PortreeveError("usage", `The configuration ${resolve(cwd, explicit)} does not exist.`, {
      hint: "Check the path after --config.",
    });
  }
  return settleConfig({}, null, { base: cwd, home: invoker.home });
}

/** The text of a configuration to a `Config`; `path` names it in messages and roots its relative paths. */
export function parseConfig(text: string, path: string, home: string | null): Config {
  const yaml = parseYamlText(text, path);
  const result = ConfigSchema.safeParse(yaml.value ?? {});
  if (!result.success) {
    throw new PortreeveError("usage", explainIssues(result.error.issues, yaml, path).join("\n"), {
      hint: "Every key is described in schema/portreeve.schema.json.",
    });
  }
  return settleConfig(result.data, path, { base: dirname(path), home });
}

/** Null where there is no such file. The descriptor is judged again after it is open: the path may have changed. */
function readTrusted(path: string, trusted: ReadonlySet<number> | null): string | null {
  let descriptor: number | null = null;
  try {
    if (trusted !== null) assertTrusted("The configuration", path, trusted);
    // O_NONBLOCK: a pipe in the place of the file must not hang us.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new PortreeveError("failed", `The configuration ${path} is not a plain file.`);
    if (trusted !== null && judgeStep(path, stats, trusted) !== null) {
      throw new PortreeveError("failed", `The configuration ${path} changed hands while it was opened.`);
    }
    if (stats.size > MAX_BYTES) {
      throw new PortreeveError("usage", `The configuration ${path} is larger than 1 MB.`, {
        hint: "Long lists of addresses go into files: `exclude_file`, `targets_file`.",
      });
    }
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(descriptor));
  } catch (error) {
    if (error instanceof PortreeveError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if ((code === "ENOENT" && !isDanglingLink(path)) || code === "ENOTDIR") return null;
    if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
      throw new PortreeveError("usage", `The configuration ${path} is not UTF-8 text.`, { cause: error });
    }
    const why = error instanceof Error ? error.message : String(error);
    throw new PortreeveError("failed", `The configuration ${path} cannot be read: ${why}`, { cause: error });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** A link to nowhere: somebody meant a configuration to be there, so going on without it would drop their exclusions. */
function isDanglingLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/**
 * Root runs the program that `nmap:` names. sudo may allow a user portreeve and nothing else, so a program that
 * this user can change is refused too.
 */
function assertTrustedProgram(config: Config): void {
  if (config.nmap === null) return;
  try {
    assertTrusted("The program", config.nmap, new Set([0]));
  } catch (error) {
    if (error instanceof PortreeveError) throw error;
    // A program that is not there is reported where it is started.
  }
}
