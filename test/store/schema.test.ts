import { readFileSync } from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";
import { MIGRATIONS } from "../../src/store/migrations/all.js";
import { scratchStore } from "./sample.js";

/** Reviewed by people: after a new migration look at the difference, then set PORTREEVE_WRITE_SCHEMA=1 once. */
const REVIEWED = join(import.meta.dirname, "schema.sql");

test("the migrations make the schema that was reviewed", async () => {
  const database = new Sqlite(scratchStore().path, { readonly: true });
  const statements = database
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name",
    )
    .pluck()
    .all();
  database.close();
  const dump = `${statements.map((statement) => `${statement};`).join("\n\n")}\n`;
  if (process.env.PORTREEVE_WRITE_SCHEMA === "1") {
    const { writeFileSync } = await import("node:fs");
    writeFileSync(REVIEWED, dump);
  }
  expect(dump).toBe(readFileSync(REVIEWED, "utf8"));
});

test("the migrations are numbered one after the other", () => {
  expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});
