/**
 * scripts/make-docs [--check] [--dist FOLDER]
 *
 * Makes what is written down twice from what is written once: docs/cli.md from the commands, schema/*.json from the
 * schemas that check the files. It reads dist/, so build first. With --check nothing is written: it exits 1 and names
 * each file that is not as it should be.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { describeProgram } from "./commands.mjs";

const ROOT = resolve(import.meta.dirname, "../..");

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, dist: { type: "string" } },
});
const files = await makeFiles(resolve(values.dist ?? join(ROOT, "dist")));
const stale = [...files].filter(([path, text]) => readOrNull(join(ROOT, path)) !== text);
for (const [path, text] of stale) {
  if (values.check) process.stderr.write(`${path} is not what scripts/make-docs makes of the sources\n`);
  else {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    process.stderr.write(`wrote ${path}\n`);
  }
}
if (values.check && stale.length > 0) {
  process.stderr.write("run: npm run build && scripts/make-docs\n");
  process.exitCode = 1;
}

/** Texts by their path from the repository's root. */
async function makeFiles(dist) {
  const load = async (path) => {
    try {
      return await import(join(dist, path));
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
      process.stderr.write(`${join(dist, path)} cannot be loaded: run npm run build first\n`);
      process.exit(1);
    }
  };
  const { makeProgram } = await load("commands/program.js");
  const { configJsonSchema } = await load("config/schema.js");
  const { profileJsonSchema } = await load("profile/schema.js");
  return new Map([
    ["docs/cli.md", describeProgram(makeProgram())],
    ["schema/portreeve.schema.json", jsonText(configJsonSchema())],
    ["schema/profile.schema.json", jsonText(profileJsonSchema())],
  ]);
}

function jsonText(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function readOrNull(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
