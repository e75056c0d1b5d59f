import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import type { Ledger } from "./ledger.js";

/** Texts from this size on (bytes) are deflated: below it little is won. */
const WORTH_PACKING = 1024;

/** Keeps a long text once; inside a write transaction. @returns its id */
export function keptTextId(ledger: Ledger, text: string): number {
  const plain = Buffer.from(text, "utf8");
  const sha = createHash("sha256").update(plain).digest();
  const known = ledger.sql<{ id: number }>("SELECT id FROM kept_text WHERE sha = ?").get(sha);
  if (known !== undefined) return known.id;
  const packed = plain.length > WORTH_PACKING ? deflateSync(plain) : plain;
  const insert = ledger.sql("INSERT INTO kept_text (sha, packed, content) VALUES (?, ?, ?)");
  return Number(insert.run(sha, packed === plain ? 0 : 1, packed).lastInsertRowid);
}

export function keptTextOf(ledger: Ledger, id: number): string {
  const row = ledger
    .sql<{ packed: 0 | 1; content: Uint8Array }>("SELECT packed, content FROM kept_text WHERE id = ?")
    .get(id);
  if (row === undefined) throw new RangeError(`the database names text ${id}, which it does not hold`);
  const plain = row.packed === 1 ? inflateSync(row.content) : Buffer.from(row.content);
  return plain.toString("utf8");
}
