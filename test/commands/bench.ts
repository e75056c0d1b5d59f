/** The real CLI for tests that run it as a process; `test/globalSetup.ts` has built it. */
import { execFile, type SpawnOptions, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

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
  const cli = join(ROOT, "dist/cli.js");
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

const used: ReturnType<typeof makeBench>[] = [];
// Not when its test is finished: among concurrent tests the global hook may belong to another one.
afterAll(() => {
  for (const bench of used) bench.remove();
});

/** A bench that goes when its file's tests have ended. */
export function useBench(): Bench {
  const bench = makeBench();
  used.push(bench);
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
