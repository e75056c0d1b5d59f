/** Fake nmaps: shell scripts that misbehave in one way each. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface FakeFolder {
  readonly path: string;
  /** Writes an executable script and returns its path. */
  fake(name: string, body: string, interpreter?: string): string;
  remove(): void;
}

export function makeFakeFolder(): FakeFolder {
  const path = mkdtempSync(join(tmpdir(), "portreeve-fake-"));
  chmodSync(path, 0o755);
  return {
    path,
    fake(name, body, interpreter = "/bin/sh") {
      const file = join(path, name);
      writeFileSync(file, `#!${interpreter}\n${body}\n`);
      chmodSync(file, 0o755);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Polls until the claim holds; false when it still does not after `ms`. */
export async function within(ms: number, claim: () => boolean): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (claim()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return claim();
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return startStateOf(pid) !== "Z";
}

function startStateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "";
  } catch {
    return "Z";
  }
}
