/** Rows of asset lists: stored once by their content, for a list mostly repeats the one before it. */
import { hash } from "node:crypto";
import type { Asset } from "../facts/asset.js";
import type { Ledger } from "./ledger.js";

/** Ids in the order of the file, as series: `[first, how many]`. */
export type AssetSeries = readonly (readonly [first: number, count: number])[];

interface AssetRow {
  readonly realm: string | null;
  readonly name: string | null;
  readonly addresses: string;
  readonly names: string;
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: string;
}

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
  const rows = ledger.sql<AssetRow>("SELECT * FROM asset WHERE id >= ? AND id < ? ORDER BY id");
  return series.flatMap(([first, count]) => rows.all(first, first + count).map(assetOfRow));
}

function assetOfRow({ realm, name, addresses, names, owner, system, tags }: AssetRow): Asset {
  return {
    id: name,
    addresses: JSON.parse(addresses),
    names: JSON.parse(names),
    owner,
    system,
    tags: JSON.parse(tags),
    realm,
  };
}
