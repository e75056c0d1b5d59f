/**
 * Compiles what a child process of a test needs: plain `node` reads no TypeScript yet. Types are not looked at (the type
 * check does that), so it takes a moment only. A link to our node_modules lets the imports be found.
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { onTestFinished } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const ROOMS = ["facts", "scope", "history", "store"];

/** The path of `script` (below test/store) as JavaScript, with the rooms it uses. */
export function compileScript(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-script-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const sources = ROOMS.flatMap((room) =>
    readdirSync(join(ROOT, "src", room), { recursive: true, encoding: "utf8" }).map((name) =>
      join(ROOT, "src", room, name),
    ),
  ).filter((path) => path.endsWith(".ts"));
  const tests = [script, "observations.ts", "findings.ts"].map((name) => join(import.meta.dirname, name));
  for (const path of [...sources, ...tests]) {
    const { outputText } = ts.transpileModule(readFileSync(path, "utf8"), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    const out = join(folder, relative(ROOT, path)).replace(/\.ts$/, ".js");
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, outputText);
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return join(folder, "test/store", script.replace(/\.ts$/, ".js"));
}
