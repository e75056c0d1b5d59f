import type { Address } from "../facts/address.js";
import type { Asset, AssetList } from "../facts/asset.js";
import type { Instant } from "../facts/run.js";
import { type AssetSeries, readAssets, storeAssets } from "./assetRows.js";
import type { Ledger } from "./ledger.js";

interface ListRow extends AssetList {
  readonly assets: string;
}

const SELECT = `SELECT id, source, holds_from AS date, imported_at AS importedAt, operator, file, hash,
  row_count AS count, assets FROM asset_list`;

/**
 * Keeps an asset list. One that says what its source said of that date already (same hash, same rows) is recognised:
 * nothing is written. The same file read otherwise (other columns, another realm) is another list, and supersedes.
 * @returns the list, or the one that is there
 */
export function addAssets(
  ledger: Ledger,
  draft: Omit<AssetList, "id" | "count">,
  assets: readonly Asset[],
): AssetList {
  const { source, date, importedAt, operator, file, hash } = draft;
  return ledger.write(() => {
    const series = JSON.stringify(storeAssets(ledger, assets));
    const known = ledger
      .sql<ListRow>(`${SELECT} WHERE source = ? AND holds_from = ? ORDER BY id DESC LIMIT 1`)
      .get(source, date);
    if (known !== undefined && known.hash === hash && known.assets === series) return listOf(known);
    const insert = ledger.sql(
      `INSERT INTO asset_list (source, holds_from, imported_at, operator, file, hash, row_count, assets)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const values = [source, date, importedAt, operator, file, hash, assets.length, series];
    return { ...draft, id: Number(insert.run(...values).lastInsertRowid), count: assets.length };
  });
}

/** Every import: by source, the list that holds latest first. */
export function assetLists(ledger: Ledger): AssetList[] {
  return ledger.read(() => readLists(ledger).map(listOf));
}

/**
 * The assets in force at a moment, without one of the newest lists: of each source the list with the latest date not
 * after it (of two of one date the later import). The list of the latest date comes first, each in the order of its
 * file; an address that it names is taken from the rows of the others, unless those are of another realm. A row of any
 * realm keeps an address that a later list names for one realm.
 */
export function assetsAt(ledger: Ledger, at: Instant = Number.MAX_SAFE_INTEGER): Asset[] {
  return ledger.read(() => {
    const inForce = new Map<string, ListRow>();
    for (const list of readLists(ledger)) {
      if (list.date <= at && !inForce.has(list.source)) inForce.set(list.source, list);
    }
    const lists = [...inForce.values()].sort((a, b) => b.date - a.date || b.id - a.id);
    const claims = new Map<Address, Set<string | null>>();
    return lists.flatMap(({ assets }, index) => {
      const rows = readAssets(ledger, JSON.parse(assets) as AssetSeries);
      if (lists.length === 1) return rows;
      const left = index === 0 ? rows : rows.flatMap((asset) => withoutClaimed(asset, claims));
      for (const asset of left) claim(asset, claims);
      return left;
    });
  });
}

function withoutClaimed(asset: Asset, claims: ReadonlyMap<Address, ReadonlySet<string | null>>): Asset[] {
  const addresses = asset.addresses.filter((address) => {
    const realms = claims.get(address);
    return realms === undefined || !(realms.has(null) || realms.has(asset.realm));
  });
  if (addresses.length === asset.addresses.length) return [asset];
  return addresses.length === 0 ? [] : [{ ...asset, addresses }];
}

function claim({ addresses, realm }: Asset, claims: Map<Address, Set<string | null>>): void {
  for (const address of addresses) {
    const realms = claims.get(address);
    if (realms === undefined) claims.set(address, new Set([realm]));
    else realms.add(realm);
  }
}

function readLists(ledger: Ledger): ListRow[] {
  return ledger.sql<ListRow>(`${SELECT} ORDER BY source, holds_from DESC, id DESC`).all();
}

function listOf({ assets: _, ...list }: ListRow): AssetList {
  return list;
}
