import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMap } from "../../src/assets/assetMap.js";
import { type AssetOptions, parseAssets } from "../../src/assets/parse.js";
import type { Asset } from "../../src/facts/asset.js";
import { numberToAddress } from "../../src/scope/address.js";
import { refusalOf } from "./refusal.js";

const read = (text: string, options: AssetOptions = {}) => parseAssets(text, "a.csv", options);
const told = (text: string, options: AssetOptions = {}) =>
  read(text, options).problems.map(({ line, message }) => `${line}: ${message}`);

function asset(given: Partial<Omit<Asset, "addresses">> & { addresses: readonly string[] }): Asset {
  return {
    ...{ id: null, names: [], owner: null, system: null, tags: [], realm: null },
    ...given,
  } as Asset;
}

describe("an asset list", () => {
  test("gives hosts with what is said of them, and what was read from where", () => {
    const text =
      'Asset ID,Host Name,IP,Owner,System,Tags,Comment\nA-1,Web01.Example.,10.0.0.5/24,li wei,Shop,"prod,dmz zone",x\n';
    expect(read(text)).toEqual({
      assets: [
        asset({
          id: "A-1",
          addresses: ["10.0.0.5"],
          names: ["web01.example"],
          owner: "li wei",
          system: "Shop",
          tags: ["prod", "dmz zone"],
        }),
      ],
      problems: [],
      columns: {
        address: ["IP"],
        id: ["Asset ID"],
        name: ["Host Name"],
        owner: ["Owner"],
        system: ["System"],
        tags: ["Tags"],
      },
      unread: ["Comment"],
      rows: 1,
      withoutAddress: [],
      ignoredVrfs: [],
      netbox: null,
    });
  });

  test("takes the first owner that somebody wrote", () => {
    const { assets } = read("IP,Owner,Team\n10.0.0.1,N/A,web\n10.0.0.2,li,web\n10.0.0.3,-,无\n");
    expect(assets.map(({ owner }) => owner)).toEqual(["web", "li", null]);
  });

  test("is read by a map alone where there is one", () => {
    const { assets, columns, unread } = read("IP,Owner,Tags,Who\n10.0.0.1,a,b,c\n", {
      map: parseMap("address=IP,owner=Who"),
    });
    expect(assets).toEqual([asset({ addresses: ["10.0.0.1"], owner: "c" })]);
    expect(columns).toEqual({ address: ["IP"], owner: ["Who"] });
    expect(unread).toEqual(["Owner", "Tags"]);
  });

  test("tells bad rows by their lines and reads the others", () => {
    const text = "IP,Owner\n10.0.0.300,a\n\n10.0.0.0/24,b\n10.0.0.1,c,d\n10.0.0.2\n10.0.0.3,e,\n,f\n";
    expect(told(text)).toEqual([
      expect.stringMatching(/^2: "10\.0\.0\.300" is not an IP address/),
      expect.stringMatching(/^4: "10\.0\.0\.0\/24" is a network/),
      expect.stringMatching(/^5: the row is too long \(cells: 3, titles: 2\) and is not read/),
      expect.stringMatching(
        /^6: the row is short \(cells: 1, titles: 2\): what is missing is taken as empty/,
      ),
    ]);
    const { assets, withoutAddress, rows } = read(text);
    expect(assets.flatMap(({ addresses }) => addresses)).toEqual(["10.0.0.2", "10.0.0.3"]);
    expect(withoutAddress).toEqual([8]);
    expect(rows).toBe(6);
  });

  test.each([
    ["", /is empty/],
    ["\n \n,,\n", /is empty/],
    ["IP,Owner\n", /has titles and no row/],
    [
      "IP,Owner\nfoo,a\n10.0.0.0/8,b\n",
      /none of its 2 rows can be used:\n {2}line 2: "foo".*\n {2}line 3: .*network/,
    ],
    ["IP,Owner\n,a\n", /none of its 1 rows can be used: every address is empty/],
    [`IP\n${"x\n".repeat(50)}`, /and 40 more/],
  ])("%j is refused", (text, message) => {
    const error = refusalOf(() => read(text));
    expect(error.message).toMatch(message);
    expect(error.code).toBe("usage");
  });

  test("keeps hostile text, cut, and tells what was cut", () => {
    const long = "A".repeat(1_000_000);
    const text = stringify([
      ["IP", "Owner", "System", "Tags"],
      ["10.0.0.1", '=cmd|" /C calc"!A0', "\x1b[2J\0\u202e", long],
      ["10.0.0.2", long, "a\nb", "x"],
    ]);
    const { assets, problems } = read(text);
    expect(assets).toEqual([
      asset({
        addresses: ["10.0.0.1"],
        owner: '=cmd|" /C calc"!A0',
        system: "\x1b[2J\0\u202e",
        tags: ["A".repeat(500)],
      }),
      asset({ addresses: ["10.0.0.2"], owner: "A".repeat(500), system: "a\nb", tags: ["x"] }),
    ]);
    expect(problems.map(({ line, message }) => [line, message.slice(0, 16)])).toEqual([
      [2, '"Tags" is cut to'],
      [3, '"Owner" is cut t'],
    ]);
  });

  test("shows hostile text in messages escaped and short", () => {
    const [problem = ""] = told(`IP\n\x1b[31m${"z".repeat(5000)}\n10.0.0.1\n`);
    expect(problem).not.toMatch(/[\x00-\x1f]/);
    expect(problem.length).toBeLessThan(300);
  });
});

describe("rows that are one host", () => {
  test("have one id", () => {
    const text = 'ID,IP,Owner,Tags,Name\ndb,10.0.0.1,,a,x\nweb,10.0.0.9,,,\ndb,10.0.0.2,li,"a,b",y\n';
    expect(read(text).assets).toEqual([
      asset({
        id: "db",
        addresses: ["10.0.0.1", "10.0.0.2"],
        owner: "li",
        tags: ["a", "b"],
        names: ["x", "y"],
      }),
      asset({ id: "web", addresses: ["10.0.0.9"] }),
    ]);
  });

  test("share an address, unless both have an id", () => {
    const { assets, problems } = read(
      "ID,IP,Owner\n,10.0.0.1 10.0.0.2,li\ndb,10.0.0.2 10.0.0.3,\nweb,10.0.0.3 10.0.0.4,wang\n,10.0.0.4,\n",
    );
    expect(assets).toEqual([
      asset({ id: "db", addresses: ["10.0.0.1", "10.0.0.2", "10.0.0.3"], owner: "li" }),
      asset({ id: "web", addresses: ["10.0.0.4"], owner: "wang" }),
    ]);
    expect(problems).toEqual([
      { line: 4, message: '10.0.0.3 belongs to "db" of line 2 already, which keeps it' },
    ]);
  });

  test("are joined by a later row that has the addresses of both", () => {
    const { assets } = read("IP,Tags\n10.0.0.1,a\n10.0.0.2,b\n10.0.0.2 10.0.0.1,c\n");
    expect(assets).toEqual([
      asset({ addresses: ["10.0.0.1", "10.0.0.2"], tags: expect.arrayContaining(["a", "b", "c"]) }),
    ]);
  });

  test("may not agree: the first owner stands, and the other is told", () => {
    const text = "ID,IP,Owner\ndb,10.0.0.1,li\ndb,10.0.0.2,wang\n";
    expect(read(text).assets.map(({ owner }) => owner)).toEqual(["li"]);
    expect(told(text)).toEqual(['3: owner "wang" differs from "li" of line 2, which stands']);
  });

  test("are apart in two realms, and one of no realm is for any", () => {
    const text = "ID,IP,Realm\na,10.0.0.1,blue\nb,10.0.0.1,red\nc,10.0.0.1,\n";
    expect(read(text).assets.map(({ id, realm }) => [id, realm])).toEqual([
      ["a", "blue"],
      ["b", "red"],
      ["c", null],
    ]);
    expect(read(text).problems).toEqual([]);
    expect(read(text, { realm: "lab" }).assets.map(({ id, realm }) => [id, realm])).toEqual([["a", "lab"]]);
  });

  test("may be one behind NAT: the address outside belongs to the host inside, whatever comes first", () => {
    const text =
      "ID,IP,NAT Inside,Owner\nfw,203.0.113.1,10.0.0.5,network\ndb,10.0.0.5,,dba\n,203.0.113.2,10.0.0.6,web\nfw,10.0.0.1,,network\n";
    expect(read(text).assets).toEqual([
      asset({ id: "db", addresses: ["10.0.0.5", "203.0.113.1"], owner: "dba" }),
      asset({ id: "fw", addresses: ["10.0.0.1"], owner: "network" }),
      asset({ addresses: ["10.0.0.6", "203.0.113.2"], owner: "web" }),
    ]);
  });

  test("are not rows whose id nobody knows yet", () => {
    expect(read("ID,IP\nTBD,10.0.0.1\ntbd,10.0.0.2\n未知,10.0.0.3\n").assets).toHaveLength(3);
  });

  test("have their addresses outside last, whatever row they stand in", () => {
    const text = "ID,Public IP,Private IP\ndb,203.0.113.1,10.0.0.1\ndb,,10.0.0.2\nweb,203.0.113.2,\n";
    expect(read(text).assets).toEqual([
      asset({ id: "db", addresses: ["10.0.0.1", "10.0.0.2", "203.0.113.1"] }),
      asset({ id: "web", addresses: ["203.0.113.2"] }),
    ]);
  });

  test("are cut at a hundred tags of one host", () => {
    const rows = Array.from({ length: 150 }, (_, i) => `db,10.0.0.1,tag${i}`).join("\n");
    const { assets, problems } = read(`ID,IP,Tags\n${rows}\n`);
    expect(assets[0]?.tags).toHaveLength(100);
    expect(problems[0]).toEqual({
      line: 102,
      message: "the host has more than 100 tags: the rest is left out",
    });
  });
});

/** Text that a cell keeps as it is: not blank at its ends, no separator of words, none of the words for nothing. */
const word = fc
  .string({ unit: fc.constantFrom(..."abzA9 -_.=+@\"'üß服务\u202e\x1b\0$%&()"), minLength: 1, maxLength: 30 })
  .map((text) => `w${text}w`);
const words = fc.uniqueArray(word, { maxLength: 5 });
const maybe = fc.option(word);

/** Lists in which no address and no id stands twice, so that each row is a host of its own. */
const lists = fc
  .array(
    fc.record({
      hasId: fc.boolean(),
      count: fc.integer({ min: 1, max: 4 }),
      names: words,
      owner: maybe,
      system: maybe,
      tags: words,
      realm: maybe,
      six: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) =>
    rows.map(
      ({ hasId, count, names, six, realm, ...row }, place): Asset => ({
        ...row,
        id: hasId ? `host ${place}` : null,
        names: [...new Set(names.map((name) => name.toLowerCase().replace(/\.$/, "")))],
        realm: realm?.replace(/\s+\([^()]*:[^()]*\)$/, "") ?? null,
        addresses: Array.from({ length: count }, (_, i) =>
          six
            ? numberToAddress(6, (0x2001_0db8n << 96n) + BigInt(place * 8 + i + 1))
            : numberToAddress(4, BigInt(0x0a00_0001 + place * 8 + i)),
        ),
      }),
    ),
  );

describe("any list", () => {
  test("that is written as CSV reads back the same", () => {
    fc.assert(
      fc.property(
        lists,
        fc.constantFrom(",", ";", "\t", "|"),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        (assets, delimiter, record_delimiter, bom) => {
          const text = stringify(
            assets.map(({ id, addresses, names, owner, system, tags, realm }) => ({
              id,
              address: addresses.join(" "),
              name: names.join(";"),
              owner,
              system,
              tags: tags.join(", "),
              realm,
            })),
            { header: true, delimiter, record_delimiter, bom },
          );
          expect(read(text)).toMatchObject({ assets, problems: [], rows: assets.length });
        },
      ),
    );
  });

  test("is read without a crash or is refused with words for people", () => {
    const cell = fc.oneof(
      fc.constantFrom(
        "10.0.0.1",
        "10.0.0.1/24",
        "::1",
        "a",
        "",
        "=1",
        '"',
        "\n",
        "10.0.0.0/8",
        "x".repeat(600),
      ),
      fc.string(),
    );
    const title = fc.constantFrom("IP", "ID", "Name", "Owner", "VRF", "NAT (Inside)", "Tags", "Status", "");
    fc.assert(
      fc.property(
        fc.array(title, { maxLength: 6 }),
        fc.array(fc.array(cell, { maxLength: 8 }), { maxLength: 20 }),
        (titles, rows) => {
          try {
            const { assets, problems } = read(stringify([titles, ...rows]));
            const keys = assets.flatMap(({ realm, addresses }) =>
              addresses.map((each) => `${realm} ${each}`),
            );
            expect(new Set(keys).size).toBe(keys.length);
            for (const { message } of problems) expect(message).not.toMatch(/[\x00-\x1f]/);
          } catch (error) {
            expect(error).toMatchObject({ name: "PortreeveError", code: "usage" });
          }
        },
      ),
    );
  });
});
