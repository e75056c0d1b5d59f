import type { Database } from "better-sqlite3";
import type { Ledger } from "../ledger.js";
import { changes, coverage, runs } from "./eventViews.js";
import { assets, findings } from "./ownerViews.js";
import { openNow, spans } from "./portViews.js";
import type { SqlValue, View } from "./view.js";

/** The contract, in the order of docs/sql.md. */
export const VIEWS: readonly View[] = [openNow, spans, changes, findings, coverage, runs, assets];

/**
 * Makes the tables in another database and fills them from one snapshot of this one: so their SQL cannot reach what it
 * should not, and nothing that a run writes meanwhile is half seen.
 */
export function fillViews(ledger: Ledger, target: Database, views: readonly View[] = VIEWS): void {
  ledger.read(() => {
    target.transaction(() => {
      for (const view of views) fillView(ledger, target, view);
    })();
  });
}

/** So many rows go into one statement: each has its price. */
const BATCH = 16;

function fillView(ledger: Ledger, target: Database, { name, columns, indices, rows }: View): void {
  target.exec(`CREATE TABLE ${name} (${columns.map((each) => `"${each.name}" ${each.type}`).join(", ")})`);
  const row = `(${columns.map(() => "?").join(", ")})`;
  const insert = target.prepare(`INSERT INTO ${name} VALUES ${row}`);
  const insertMany = target.prepare(`INSERT INTO ${name} VALUES ${Array(BATCH).fill(row).join(", ")}`);
  const size = columns.length;
  let values: SqlValue[] = [];
  rows(ledger, (cells) => {
    for (const cell of cells) values.push(cell);
    if (values.length < BATCH * size) return;
    insertMany.run(values);
    values = [];
  });
  for (let at = 0; at < values.length; at += size) insert.run(values.slice(at, at + size));
  for (const index of indices) {
    const list = index.map((each) => `"${each}"`).join(", ");
    target.exec(`CREATE INDEX ${name}_by_${index.join("_")} ON ${name} (${list})`);
  }
}
