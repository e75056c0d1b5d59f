import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeProgram } from "../../src/commands/program.js";
import { ROOT } from "./sources.js";

const dist = join(import.meta.dirname, "../../dist");
const makeDocs = (script: string, ...args: string[]) =>
  spawnSync(process.execPath, [script, "--dist", dist, ...args], { encoding: "utf8" });

describe("what is made from the sources", () => {
  test("is as scripts/make-docs makes it: docs/cli.md and the JSON Schemas", () => {
    const { status, stderr } = makeDocs(join(ROOT, "scripts/make-docs.d/main.mjs"), "--check");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("tells every command and option", () => {
    const page = readFileSync(join(ROOT, "docs/cli.md"), "utf8");
    for (const command of makeProgram().commands) {
      expect(page).toContain(`## portreeve ${command.name()}`);
      for (const option of command.options) expect(page).toContain(option.long);
    }
  });

  test("is JSON Schema that editors know", () => {
    for (const name of ["portreeve", "profile"]) {
      const schema = JSON.parse(readFileSync(join(ROOT, `schema/${name}.schema.json`), "utf8"));
      expect(schema.$schema).toMatch(/^https?:\/\/json-schema\.org\/(draft-07|draft\/2020-12)\/schema#?$/);
      expect(schema.type).toBe("object");
      expect(Object.keys(schema.properties).length).toBeGreaterThan(2);
    }
  });
});

describe("scripts/make-docs", () => {
  test("writes what is missing, and with --check names what differs and writes nothing", () => {
    const copy = mkdtempSync(join(tmpdir(), "portreeve-docs-"));
    onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
    mkdirSync(join(copy, "scripts"));
    cpSync(join(ROOT, "scripts/make-docs.d"), join(copy, "scripts/make-docs.d"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    const script = join(copy, "scripts/make-docs.d/main.mjs");
    const missing = makeDocs(script, "--check");
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/docs\/cli\.md[\s\S]*portreeve\.schema\.json[\s\S]*profile\.schema\.json/);
    expect(makeDocs(script).status).toBe(0);
    expect(makeDocs(script, "--check").status).toBe(0);
    writeFileSync(join(copy, "docs/cli.md"), "old");
    const stale = makeDocs(script, "--check");
    expect(stale.status).toBe(1);
    expect(stale.stderr).toMatch(/^docs\/cli\.md is not what/);
    expect(readFileSync(join(copy, "docs/cli.md"), "utf8")).toBe("old");
  });
});
