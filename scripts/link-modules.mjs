/**
 * Links the compiled modules into few files, and makes dist/cli.js start those: Node takes longer to find and load 430
 * modules than most commands run. What a command loads only when it needs it stays a file of its own.
 */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const DIST = join(import.meta.dirname, "../dist");
/** Beside the rooms: a path from a module to package.json is the same here as there. */
const LINKED = join(DIST, "linked");

/** What dist/cli.js is once all is linked. */
const STARTER = '#!/usr/bin/env node\nimport "./linked/cli.js";\n';

const cli = join(DIST, "cli.js");
if (readFileSync(cli, "utf8") === STARTER)
  throw new Error("dist/ is linked already: npm run build compiles and links it");
const linking = await rolldown({
  input: {
    cli,
    // Started by their file names: a thread, and a process of its own.
    readerThread: join(DIST, "ingest/readerThread.js"),
    sqlChild: join(DIST, "commands/sqlChild.js"),
  },
  platform: "node",
  // Compiled: it finds its own file.
  external: ["better-sqlite3"],
});
rmSync(LINKED, { recursive: true, force: true });
await linking.write({
  dir: LINKED,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
});
await linking.close();
writeFileSync(cli, STARTER);
chmodSync(cli, 0o755);
