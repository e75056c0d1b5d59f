/** Rows of asset lists: stored once by their content, for a list mostly repeats the one before it. */
import { hash } from "node:crypto";
import type { Asset } from "../facts/asset.js";
import type { Ledger } from "./ledger.js";

/** Ids in the order of the file, as series: `[first, how many]`. */
export type AssetSeries = readonly (readonly [first: number, count: number])[];

/** As an array, which is cheaper: a list may be 100,000 of them. */
type AssetRow = [
  realm: string | null,
  name: string | null,
  addresses: string,
  names: string,
  owner: string | null,
  system: string | null,
  tags: string,
];

/** Stores the rows that are new; inside a write transaction. */
export function storeAssets(ledger: Ledger, assets: readonly Asset[]): AssetSeries {
  const series: [first: number, count: number][] = [];
  const find = ledger.sql<{ id: number }>("SELECT id FROM asset WHERE sha = ?");
  const insert = ledger.sql(
    "INSERT INTO asset (sha, realm, name, addresses, names, owner, system, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  for (const { id: name, addresses, names, owner, system, tags, realm } of assets) {
    const lists = [JSON.stringify(addresses), JSON.stringify(names), JSON.stringify(tags)] as const;
    const sha = hash("sha256", JSON.stringify([realm, name, owner, system, ...lists]), "buffer");
    const values = [sha, realm, name, lists[0], lists[1], owner, system, lists[2]];
    const id = find.get(sha)?.id ?? Number(insert.run(...values).lastInsertRowid);
    const last = series.at(-1);
    if (last !== undefined && last[0] + last[1] === id) last[1] += 1;
    else series.push([id, 1]);
  }
  return series;
}

export function readAssets(ledger: Ledger, series: AssetSeries): Asset[] {
  const rows = ledger.rows<AssetRow>(
    "SELECT realm, name, addresses, names, owner, system, tags FROM asset WHERE id >= ? AND id < ? ORDER BY id",
  );
  // Many rows have the same few tags.
  const known = new Map<string, readonly string[]>();
  const tagsOf = (text: string): readonly string[] => {
    const tags = known.get(text) ?? JSON.parse(text);
    known.set(text, tags);
    return tags;
  };
  return series.flatMap(([first, count]) =>
    rows.all(first, first + count).map(([realm, id, addresses, names, owner, system, tags]) => ({
      id,
      addresses: JSON.parse(addresses),
      names: names === "[]" ? [] : JSON.parse(names),
      owner,
      system,
      tags: tagsOf(tags),
      realm,
    })),
  );
}
