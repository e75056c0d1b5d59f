import { spawnSync } from "node:child_process";
import { readdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const CLI = join(ROOT, "dist/cli.js");

/** Builds `dist/` once before all tests where it is older than the sources: many tests run the real program. */
export default function buildOnce(): void {
  if (isFresh()) return;
  const built = spawnSync("npm", ["run", "--silent", "build"], { cwd: ROOT, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`npm run build failed: ${built.stdout}${built.stderr}`);
  const now = new Date();
  utimesSync(CLI, now, now);
}

function isFresh(): boolean {
  const built = statSync(CLI, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .every((name) => statSync(join(ROOT, "src", name)).mtimeMs <= built);
}
