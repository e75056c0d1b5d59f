import { describe, expect, test } from "vitest";
import type { Asset, AssetList } from "../../src/facts/asset.js";
import { type AssetImport, renderAssetImport } from "../../src/report/assetImport.js";
import { renderAssetLists, renderAssets } from "../../src/report/assets.js";
import { textWidth } from "../../src/report/width.js";
import { HOSTILE, UNSAFE } from "./hostile.js";
import { address, DAY, START } from "./sample.js";

const LOOK = { zone: "Asia/Shanghai", color: false, width: 100 };
const MIDNIGHT = Date.parse("2026-11-24T16:00:00Z");

function asset(id: string | null, addresses: readonly string[], given: Partial<Asset> = {}): Asset {
  return {
    ...{ id, addresses: addresses.map(address), names: [], owner: null, system: null, tags: [], realm: null },
    ...given,
  };
}

const DB = asset("db01", ["10.20.1.10", "10.30.1.10", "203.0.113.5"], {
  names: ["db01.example"],
  owner: "dba-team",
  system: "Order entry",
  tags: ["prod", "pci scope"],
});
const PRINTER = asset(null, ["10.30.0.77"], { names: ["打印机-三楼"], owner: "打印组" });

function list(id: number, given: Partial<AssetList> = {}): AssetList {
  return {
    ...{ id, source: "default", date: MIDNIGHT, importedAt: START, operator: "li.wei" },
    ...{ file: "hosts.csv", hash: "ab".repeat(32), count: 2 },
    ...given,
  };
}

const DONE: AssetImport = {
  file: "hosts.csv",
  encoding: "UTF-8",
  shape: null,
  columns: { address: ["IP", "IPv6"], owner: ["Owner"] },
  unread: ["Comment"],
  rows: 1204,
  assets: [DB, PRINTER],
  problems: [],
  withoutAddress: [],
  ignoredVrfs: [],
  list: list(3),
  known: false,
  supersedes: null,
  supersededBy: null,
  matching: { unseen: [], unnamed: [] },
};

describe("what an import read", () => {
  test("is told, with what it takes the place of and what matches nothing", () => {
    const done: AssetImport = {
      ...DONE,
      shape: "NetBox's IP addresses",
      encoding: "GB18030",
      problems: [
        { line: 4, message: '"10.0.0.0/24" is a network, not an address' },
        { line: 9, message: '"Owner" is cut to 500 characters' },
      ],
      withoutAddress: [5, 6, 7, 8, 10, 11, 12],
      ignoredVrfs: ["blue", "red"],
      supersedes: list(2, { date: MIDNIGHT - 40 * DAY, count: 1100 }),
      matching: { unseen: [DB], unnamed: [address("10.30.0.40"), address("10.30.0.41")] },
    };
    expect(renderAssetImport(done, "text", LOOK)).toMatchSnapshot();
  });

  test("is short where all is well", () => {
    expect(renderAssetImport(DONE, "text", LOOK)).toBe(
      [
        "hosts.csv: 1,204 rows, 2 hosts, 4 addresses (UTF-8)",
        "  address     IP, IPv6",
        "  owner       Owner",
        "  not read    Comment",
        "Kept as list 3 of source default, in force from 2026-11-25.",
        "",
      ].join("\n"),
    );
  });

  test.each<[string, Partial<AssetImport>, RegExp]>([
    ["a dry run", { list: null }, /Nothing was kept: this was a dry run\.$/m],
    [
      "a dry run over another list",
      { list: null, supersedes: list(2) },
      /dry run\. It would take the place of list 2 of 2026-11-25 \(2 hosts\)\./,
    ],
    ["a file that is here already", { known: true }, /here already as list 3 .*: nothing was written\./],
    [
      "a list of an earlier day",
      { supersededBy: list(9, { date: MIDNIGHT + DAY }) },
      /in force from 2026-11-25, until list 9 of 2026-11-26, which stays in force\./,
    ],
    ["no run", { matching: null }, /No run has found a host yet/],
    ["one row without an address", { withoutAddress: [7] }, /1 row without an address, .*: line 7\./],
    [
      "one address in no row",
      { matching: { unseen: [], unnamed: [address("10.0.0.1")] } },
      /1 address that runs found alive is in no row/,
    ],
    [
      "a column that is no id",
      {
        assets: [
          asset(
            "rack 5",
            Array.from({ length: 21 }, (_, i) => `10.0.0.${i + 1}`),
          ),
        ],
      },
      /More than 20 addresses are one machine .*: rack 5 \(10\.0\.0\.1\): 21\./,
    ],
  ])("after %s is told so", (_, given, message) => {
    expect(renderAssetImport({ ...DONE, ...given }, "text", { ...LOOK, width: 200 })).toMatch(message);
  });

  test("shows ten problems and counts the rest", () => {
    const problems = Array.from({ length: 1500 }, (_, i) => ({ line: i + 2, message: "bad" }));
    const text = renderAssetImport({ ...DONE, problems }, "text", LOOK);
    expect(text).toContain("1,500 problems:\n  line 2: bad\n");
    expect(text).toContain("  line 11: bad\n  and 1,490 more: --format json\n");
    expect(JSON.parse(renderAssetImport({ ...DONE, problems }, "json", LOOK)).problems).toHaveLength(1500);
  });

  test("is JSON with everything for programs", () => {
    const done = { ...DONE, matching: { unseen: [PRINTER], unnamed: [address("10.0.0.9")] } };
    expect(JSON.parse(renderAssetImport(done, "json", LOOK))).toEqual({
      schemaVersion: 1,
      ...{ file: "hosts.csv", encoding: "UTF-8", shape: null, rows: 1204, hosts: 2, addresses: 4 },
      columns: { address: ["IP", "IPv6"], owner: ["Owner"] },
      unread: ["Comment"],
      list: { ...list(3), date: "2026-11-24T16:00:00Z", importedAt: "2026-11-25T01:14:00Z" },
      ...{ known: false, supersedes: null, supersededBy: null },
      ...{ problems: [], withoutAddress: [], ignoredVrfs: [] },
      unseen: [PRINTER],
      unnamed: ["10.0.0.9"],
    });
  });
});

describe("the assets in force", () => {
  test("are a table, with realms where there are some", () => {
    expect(renderAssets([DB, PRINTER], "text", { ...LOOK, noRows: "" })).toMatchSnapshot();
    const [title] = renderAssets([{ ...DB, realm: "lab" }], "text", { ...LOOK, noRows: "" }).split("\n");
    expect(title).toMatch(/REALM$/);
  });

  test("are CSV with the titles that an import reads", () => {
    expect(renderAssets([DB, PRINTER], "csv", { ...LOOK, noRows: "" })).toBe(
      [
        "address,id,name,owner,system,tags,realm",
        "10.20.1.10;10.30.1.10;203.0.113.5,db01,db01.example,dba-team,Order entry,prod;pci scope,",
        "10.30.0.77,,打印机-三楼,打印组,,,",
        "",
      ].join("\n"),
    );
  });

  test("are JSON, and JSON lines", () => {
    expect(JSON.parse(renderAssets([DB], "json", { ...LOOK, noRows: "" }))).toEqual({
      schemaVersion: 1,
      rows: [DB],
    });
    expect(JSON.parse(renderAssets([DB], "jsonl", { ...LOOK, noRows: "" }))).toEqual(DB);
  });

  test("may be none", () => {
    expect(renderAssets([], "text", { ...LOOK, noRows: "Nobody." })).toBe("Nobody.\n");
    expect(renderAssets([], "jsonl", { ...LOOK, noRows: "Nobody." })).toBe("");
  });
});

describe("the lists", () => {
  const LISTS = [
    { ...list(3), inForce: true },
    { ...list(2, { date: MIDNIGHT - 30 * DAY, source: "default" }), inForce: false },
  ];

  test("are a table", () => {
    expect(renderAssetLists(LISTS, "text", LOOK)).toMatchSnapshot();
    expect(renderAssetLists([], "text", LOOK)).toMatch(/No asset list yet/);
  });

  test("are JSON", () => {
    const { rows } = JSON.parse(renderAssetLists(LISTS, "json", LOOK));
    expect(rows.map(({ id, inForce, date }: Record<string, unknown>) => [id, inForce, date])).toEqual([
      [3, true, "2026-11-24T16:00:00Z"],
      [2, false, "2026-10-25T16:00:00Z"],
    ]);
  });
});

test.each(Object.entries(HOSTILE))("%s is shown safely and within the width", (_, text) => {
  const hostile = asset(text, ["10.0.0.1"], {
    names: [text],
    owner: text,
    system: text,
    tags: [text],
    realm: text,
  });
  const kept = list(1, { source: text, operator: text, file: text });
  const done: AssetImport = {
    ...DONE,
    ...{ file: text, encoding: text, shape: text, columns: { address: [text] }, unread: [text] },
    ...{ problems: [{ line: 2, message: text }], ignoredVrfs: [text], list: kept, assets: [hostile] },
    ...{ supersedes: kept, supersededBy: kept, matching: { unseen: [hostile], unnamed: [] } },
  };
  const look = { ...LOOK, width: 80, noRows: "" };
  const shown = [
    renderAssetImport(done, "text", look),
    renderAssets([hostile], "text", look),
    renderAssetLists([{ ...kept, inForce: true }], "text", look),
  ];
  for (const line of shown.flatMap((each) => each.split("\n"))) {
    expect(line).not.toMatch(UNSAFE);
    expect(textWidth(line)).toBeLessThanOrEqual(80);
  }
  for (const format of ["json", "jsonl", "csv"] as const) {
    expect(renderAssets([hostile], format, look)).not.toMatch(UNSAFE);
  }
  expect(renderAssetImport(done, "json", look)).not.toMatch(UNSAFE);
});
