/**
 * The real CLI for tests that run it as a process. It is transpiled (types are the type check's business) into a folder
 * named after the sources' state, so that test files share one build, and nobody's `dist/` is touched or trusted.
 */
import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import ts from "typescript";
import { onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const CACHE = join(ROOT, "node_modules/.cache/portreeve-cli");

/** The folder with `dist/cli.js` and package.json; made at the first call. */
export function buildCli(): string {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(ROOT, "src", name), "utf8") }));
  const state = createHash("sha256");
  for (const { name, text } of sources) state.update(`${name}\0${text}\0`);
  const folder = join(CACHE, state.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const making = mkdtempSync(join(CACHE, "making-"));
  for (const { name, text } of sources) {
    const out = join(making, "dist", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, ts.transpileModule(text, { compilerOptions: COMPILER }).outputText);
  }
  copyFileSync(join(ROOT, "package.json"), join(making, "package.json"));
  chmodSync(making, 0o755);
  for (const old of readdirSync(CACHE)) {
    if (!old.startsWith("making-")) rmSync(join(CACHE, old), { recursive: true, force: true });
  }
  try {
    renameSync(making, folder);
  } catch {
    // Another test file was quicker.
    rmSync(making, { recursive: true, force: true });
  }
  return folder;
}

const COMPILER: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
};

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Bench {
  /** The working directory of its calls, empty at first; its HOME too. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cli: string;
  path(name: string): string;
  write(name: string, text: string, mode?: number): string;
  run(...args: string[]): Promise<CliRun>;
  runWith(options: { env?: NodeJS.ProcessEnv; input?: string }, ...args: string[]): Promise<CliRun>;
  start(args: readonly string[], options?: SpawnOptions): ReturnType<typeof spawn>;
}

/** A place of its own for calls of the CLI. `remove` is for files that share one over many tests. */
export function makeBench(): Bench & { remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "portreeve-bench-")));
  const cli = join(buildCli(), "dist/cli.js");
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    HOME: folder,
    XDG_DATA_HOME: join(folder, "data"),
    XDG_CONFIG_HOME: join(folder, "config"),
    XDG_CONFIG_DIRS: join(folder, "xdg"),
    LANG: "C.UTF-8",
    TZ: "UTC",
  };
  const path = (name: string) => join(folder, name);
  const runWith: Bench["runWith"] = (options, ...args) =>
    new Promise((done) => {
      const child = execFile(
        process.execPath,
        [cli, ...args],
        { cwd: folder, env: { ...env, ...options.env }, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
        (_error, stdout, stderr) => done({ code: child.exitCode, stdout, stderr }),
      );
      child.stdin?.end(options.input ?? "");
    });
  return {
    folder,
    env,
    cli,
    path,
    write(name, text, mode = 0o644) {
      writeFileSync(path(name), text);
      chmodSync(path(name), mode);
      return path(name);
    },
    run: (...args) => runWith({}, ...args),
    runWith,
    start: (args, options = {}) => spawn(process.execPath, [cli, ...args], { cwd: folder, env, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A bench that goes when its test ends. */
export function useBench(): Bench {
  const bench = makeBench();
  onTestFinished(() => bench.remove());
  return bench;
}

export interface FakeNmap {
  readonly binary: string;
  /** Its argument lists, the look at its version apart. */
  calls(): string[];
}

/** An nmap first on PATH that tells its version and notes every other call. */
export function fakeNmap(bench: Bench): FakeNmap {
  const log = bench.path("nmap-calls");
  mkdirSync(bench.path("bin"), { recursive: true });
  const binary = bench.write(
    "bin/nmap",
    `#!/bin/sh\nif [ "$*" = --version ]; then echo 'Nmap version 7.93 ( https://nmap.org )'; exit 0; fi\necho "$*" >> '${log}'\nexit 1\n`,
    0o755,
  );
  bench.env.PATH = `${bench.path("bin")}:${bench.env.PATH}`;
  return {
    binary,
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
  };
}
