import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { Asset, AssetList } from "../../src/facts/asset.js";
import { ip, scratchStore } from "./sample.js";

const DAY = 86_400_000;

function asset(addresses: string | readonly string[], more: Partial<Asset> = {}): Asset {
  return {
    id: null,
    addresses: [addresses].flat().map(ip),
    names: [],
    owner: null,
    system: null,
    tags: [],
    realm: null,
    ...more,
  };
}

function list(day: number, more: Partial<AssetList> = {}): Omit<AssetList, "id" | "count"> {
  return {
    source: "default",
    date: day * DAY,
    importedAt: 99 * DAY,
    operator: "alice",
    file: "assets.csv",
    hash: `hash-${day}`,
    ...more,
  };
}

const FULL = asset(["10.0.0.1", "2001:db8::1"], {
  id: "srv-1",
  names: ["web.example", "名.example"],
  owner: "team-a",
  system: "shop\u001b[2J",
  tags: ["prod", "web"],
  realm: "berlin",
});

describe("asset lists", () => {
  test("come back as they were imported, in the order of the file, with rows that are there twice", () => {
    const store = scratchStore();
    const rows = [asset("10.0.0.9"), FULL, asset("10.0.0.2"), FULL];
    const kept = store.addAssets(list(1), rows);
    expect(kept).toEqual({ id: 1, count: 4, ...list(1) });
    expect(store.assetLists()).toEqual([kept]);
    expect(store.assetsAt()).toEqual(rows);
  });

  test("of one source supersede each other by date, whatever they were imported in", () => {
    const store = scratchStore();
    const rows = (owner: string): Asset[] => [asset("10.0.0.1", { owner })];
    store.addAssets(list(20), rows("twentieth"));
    store.addAssets(list(10), rows("tenth"));
    expect(store.assetsAt()).toEqual(rows("twentieth"));
    expect(store.assetsAt(19 * DAY)).toEqual(rows("tenth"));
    expect(store.assetsAt(20 * DAY)).toEqual(rows("twentieth"));
    expect(store.assetsAt(10 * DAY - 1)).toEqual([]);
    expect(store.assetLists().map(({ date }) => date / DAY)).toEqual([20, 10]);
  });

  test("of one date: the later import holds", () => {
    const store = scratchStore();
    store.addAssets(list(1, { hash: "first" }), [asset("10.0.0.1")]);
    store.addAssets(list(1, { hash: "second" }), [asset("10.0.0.2")]);
    expect(store.assetsAt()).toEqual([asset("10.0.0.2")]);
  });

  test("that their source has said already are recognised, and nothing is written", () => {
    const store = scratchStore();
    const first = store.addAssets(list(1), [FULL]);
    const again = store.addAssets(list(1, { importedAt: 100 * DAY, operator: "bob", file: "copy.csv" }), [
      FULL,
    ]);
    expect(again).toEqual(first);
    expect(store.assetLists()).toEqual([first]);
    expect(store.addAssets(list(1, { source: "netbox" }), [FULL]).id).not.toBe(first.id);
    expect(store.addAssets(list(2, { hash: "hash-1" }), [FULL]).id).not.toBe(first.id);
  });

  test("read from the same file with other columns are others, and supersede", () => {
    const store = scratchStore();
    store.addAssets(list(1), [asset("10.0.0.1", { owner: "wrong column" })]);
    store.addAssets(list(1), [asset("10.0.0.1", { owner: "team-a" })]);
    expect(store.assetsAt()).toEqual([asset("10.0.0.1", { owner: "team-a" })]);
  });

  test("of one date that go back to what was before are not taken for known", () => {
    const store = scratchStore();
    for (const hash of ["a", "b", "a"]) store.addAssets(list(1, { hash }), [asset("10.0.0.1", { id: hash })]);
    expect(store.assetsAt()).toEqual([asset("10.0.0.1", { id: "a" })]);
  });

  test("of several sources stand beside each other; the later date wins an address that both name", () => {
    const store = scratchStore();
    const both = asset(["10.0.0.1", "10.0.0.2"], { owner: "old", realm: "berlin" });
    const gone = asset("10.0.0.3", { owner: "old" });
    const kept = asset("10.0.0.4", { owner: "old" });
    store.addAssets(list(1, { source: "netbox" }), [both, gone, kept]);
    const newer = [asset(["10.0.0.2", "10.0.0.3"], { owner: "new" })];
    store.addAssets(list(2, { source: "cmdb" }), newer);
    expect(store.assetsAt()).toEqual([...newer, { ...both, addresses: [ip("10.0.0.1")] }, kept]);
    expect(store.assetsAt(DAY)).toEqual([both, gone, kept]);
  });

  test("of several sources: the date counts, not which was imported last", () => {
    const store = scratchStore();
    const newer = [asset("10.0.0.1", { owner: "new" })];
    store.addAssets(list(2, { source: "cmdb" }), newer);
    store.addAssets(list(1, { source: "netbox" }), [asset("10.0.0.1", { owner: "old" })]);
    expect(store.assetsAt()).toEqual(newer);
  });

  test("of one address in two realms do not take it from each other, nor from a row of any realm", () => {
    const store = scratchStore();
    const older = [asset("10.0.0.1", { realm: "berlin" }), asset("10.0.0.1", { owner: "any" })];
    store.addAssets(list(1, { source: "a" }), older);
    const newer = [asset("10.0.0.1", { realm: "beijing" })];
    store.addAssets(list(2, { source: "b" }), newer);
    expect(store.assetsAt()).toEqual([...newer, ...older]);
    const here = [asset("10.0.0.1", { realm: "berlin", owner: "new" })];
    store.addAssets(list(3, { source: "b" }), here);
    expect(store.assetsAt()).toEqual([...here, asset("10.0.0.1", { owner: "any" })]);
  });

  test("that mostly repeat the one before grow the database by what is new", () => {
    const store = scratchStore();
    const rows = Array.from({ length: 1000 }, (_, index) => asset(`10.0.${index >> 8}.${index & 255}`));
    store.addAssets(list(0), rows);
    for (let day = 1; day <= 10; day++) {
      rows[day * 7] = asset(`10.1.0.${day}`, { owner: "moved" });
      store.addAssets(list(day), rows);
    }
    const database = new Sqlite(store.path, { readonly: true });
    expect(database.prepare("SELECT count(*) FROM asset").pluck().get()).toBe(1010);
    database.close();
    expect(store.assetsAt()).toEqual(rows);
  });

  test("may be empty: then nobody is known any more", () => {
    const store = scratchStore();
    store.addAssets(list(1), [FULL]);
    store.addAssets(list(2), []);
    expect(store.assetsAt()).toEqual([]);
  });
});
