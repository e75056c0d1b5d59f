import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { basis, judgement } from "./findings.js";
import { ip, recordRun, scratchStore } from "./sample.js";

const HASH = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const MAIN = { name: "profile.yaml", text: "version: 1\ninclude: [shared.yaml]\n" };
const SHARED = { name: "shared.yaml", text: `# ${"ein Kommentar mit Umlauten: äöü 名字 ".repeat(200)}\n` };

function countRows(path: string, table: string): number {
  const database = new Sqlite(path, { readonly: true });
  const count = Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  database.close();
  return count;
}

describe("texts of profiles", () => {
  test("come back as they were, in their order, and null for a hash that is not kept", () => {
    const store = scratchStore();
    store.keepProfile(HASH, [MAIN, SHARED]);
    expect(store.profileTexts(HASH)).toEqual([MAIN, SHARED]);
    expect(store.profileTexts(OTHER)).toBeNull();
  });

  test("are kept once, a file that two profiles share too, and packed where they are long", () => {
    const store = scratchStore();
    store.keepProfile(HASH, [MAIN, SHARED]);
    store.keepProfile(HASH, [{ ...MAIN, name: "elsewhere/profile.yaml" }, SHARED]);
    store.keepProfile(OTHER, [{ ...MAIN, text: `${MAIN.text}# changed\n` }, SHARED]);
    expect(countRows(store.path, "profile")).toBe(2);
    expect(countRows(store.path, "kept_text")).toBe(3);
    expect(store.profileTexts(HASH)?.[0]?.name).toBe("profile.yaml");
    const database = new Sqlite(store.path, { readonly: true });
    const rows = database.prepare("SELECT packed, length(content) AS bytes FROM kept_text").all();
    database.close();
    expect(rows).toContainEqual({ packed: 0, bytes: MAIN.text.length });
    const packed = rows.find((row) => (row as { packed: number }).packed === 1);
    expect((packed as { bytes: number }).bytes).toBeLessThan(Buffer.byteLength(SHARED.text) / 10);
  });
});

describe("what a run was judged by", () => {
  test("is null before it was judged, and then tells the texts, the names and the zone", () => {
    const store = scratchStore();
    const run = recordRun(store, 1000, [], { profileHash: OTHER });
    expect(store.judgingBasis(run)).toBeNull();
    const names = new Map([
      ["web.example", [ip("10.0.0.2"), ip("2001:db8::2")]],
      ["db.example", []],
    ]);
    const given = basis({ profileHash: HASH, profile: [MAIN, SHARED], names });
    store.recordJudgement(run, judgement({ basis: given }));
    expect(store.judgingBasis(run)).toEqual({ run, ...given });
    expect(store.getRun(run).profileHash).toBe(HASH);
  });

  test("is replaced by the next judgement of the run", () => {
    const store = scratchStore();
    const run = recordRun(store, 1000, []);
    store.recordJudgement(run, judgement({ basis: basis({ profileHash: HASH, profile: [MAIN] }) }));
    store.recordJudgement(run, judgement({ basis: basis({ zone: "UTC" }) }));
    expect(store.judgingBasis(run)).toEqual({ run, ...basis({ zone: "UTC" }) });
    expect(store.getRun(run).profileHash).toBeNull();
  });

  test("of run after run with one profile and one set of names adds a row each and no text", () => {
    const store = scratchStore();
    const names = [
      ["a.example", [ip("10.0.0.1")]],
      ["b.example", [ip("10.0.0.2")]],
    ] as const;
    for (const given of [names, names.toReversed(), names]) {
      const run = recordRun(store, 1000, []);
      const kept = basis({ profileHash: HASH, profile: [MAIN], names: new Map(given) });
      store.recordJudgement(run, judgement({ basis: kept }));
    }
    expect(countRows(store.path, "judgement")).toBe(3);
    expect(countRows(store.path, "kept_text")).toBe(2);
  });

  test("cannot be asked of a run that is not there", () => {
    const store = scratchStore();
    expect(() => store.judgingBasis(7)).toThrow(/there is no run 7/);
    expect(() => store.findingsBefore(7)).toThrow(/there is no run 7/);
    expect(() => store.recordJudgement(7, judgement())).toThrow(/there is no run 7/);
  });
});
