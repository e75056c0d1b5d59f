import { describe, expect, test } from "vitest";
import type { RowState } from "../../src/facts/answer.js";
import { addressSetOfNetworks } from "../../src/scope/addressSet.js";
import { parseNetwork } from "../../src/scope/network.js";
import type { Store } from "../../src/store/store.js";
import { ip, observed, openCell, quietGroup, recordRun, scratchStore, service } from "./sample.js";

const DAY = 86_400_000;
const A = "10.0.0.1";
const B = "10.0.0.2";

/** Day 1: A has 22 and 80, B has 22. Day 2: only A, 80 is closed. Day 3: only B, still 22. */
function threeDays(): Store {
  const store = scratchStore({ now: () => 40 * DAY });
  recordRun(store, DAY, [
    observed(A, { cells: [openCell(22), openCell(80)] }),
    observed(B, { cells: [openCell(22)], quiet: [quietGroup("closed", [80]), quietGroup("silent", [443])] }),
  ]);
  recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] })]);
  recordRun(store, 3 * DAY, [observed(B, { cells: [openCell(22)] })], { audit: "dmz" });
  return store;
}
const shown = (store: Store, filter: Parameters<Store["openRows"]>[0] = {}): string[] =>
  store
    .openRows(filter)
    .map(
      (row) =>
        `${row.address} ${row.port} ${row.state} ${row.certainty}${row.changedBy === null ? "" : ` ${row.changedBy}`}`,
    );

describe("a port with three changes in its last five covering runs", () => {
  const flapping = (store: Store) => {
    const states = ["closed", "open", "closed", "open"] as const;
    for (const [index, state] of states.entries()) {
      const here =
        state === "open"
          ? { cells: [openCell(22), openCell(8080)] }
          : { cells: [openCell(22)], quiet: [quietGroup("closed", [8080])] };
      recordRun(store, (index + 1) * DAY, [observed(A, here)]);
    }
  };
  const confidenceOf = (store: Store, port: number, at?: number) => [
    store.openRows(at === undefined ? {} : { at }).find((row) => row.port === port)?.confidence,
    store.runView(at === undefined ? 4 : at / DAY).hosts[0]?.ports.find((row) => row.port === port)
      ?.confidence,
  ];

  test("flaps in every answer, and the others beside it do not", () => {
    const store = scratchStore({ now: () => 40 * DAY });
    flapping(store);
    expect(confidenceOf(store, 8080)).toEqual(["flapping", "flapping"]);
    expect(confidenceOf(store, 22)).not.toContain("flapping");
    expect(store.runView(3).hosts[0]?.ports.find(({ port }) => port === 8080)?.confidence).not.toBe(
      "flapping",
    );
  });

  test("flaps no more when it kept its state for some runs", () => {
    const store = scratchStore({ now: () => 40 * DAY });
    flapping(store);
    for (const day of [5, 6, 7])
      recordRun(store, day * DAY, [observed(A, { cells: [openCell(22), openCell(8080)] })]);
    expect(store.openRows({}).find((row) => row.port === 8080)?.confidence).not.toBe("flapping");
    expect(store.runView(7).hosts[0]?.ports.find((row) => row.port === 8080)?.confidence).not.toBe(
      "flapping",
    );
  });
});

describe("open rows", () => {
  test("say now what was last known, the old evidence as unknown, and never drop it", () => {
    const store = threeDays();
    expect(shown(store)).toEqual([`${A} 22 open last-known`, `${B} 22 open last-known`]);
    const maxAge = () => 37.5 * DAY;
    expect(shown(store, { maxAge })).toEqual([`${A} 22 unknown unknown`, `${B} 22 open last-known`]);
    expect(store.openRows({ maxAge })[0]).toMatchObject({ lastState: "open", evidenceAge: 38 * DAY });
    expect(shown(store, { maxAge, states: ["unknown"], hosts: [ip(A)] })).toEqual([
      `${A} 22 unknown unknown`,
      `${A} 80 unknown unknown`,
    ]);
  });

  test("of one port of many hosts are those of all ports with that port, whichever way the tracks are read", () => {
    const store = scratchStore({ now: () => 40 * DAY });
    const hosts = Array.from({ length: 400 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    const said = (day: number) =>
      hosts.map((address, index) => {
        const ports = [22, 80, 3306].filter((_, place) => (index * 7 + place * day) % 5 < 3);
        return observed(address, {
          cells: ports.map((port) =>
            openCell(port, { service: service("it", `product ${(index + day) % 4}`) }),
          ),
          quiet: [
            quietGroup(
              "closed",
              [22, 80, 3306].filter((port) => !ports.includes(port)),
            ),
          ],
        });
      });
    for (const day of [1, 2, 3]) recordRun(store, day * DAY, said(day));
    for (const at of [1.5 * DAY, 2.5 * DAY, 9 * DAY]) {
      const rows = store.openRows({ at });
      for (const port of [22, 80, 3306, 443]) {
        const asked = { protocol: "tcp", port } as const;
        const expected = rows.filter((row) => row.port === port);
        expect(store.whoHas(asked, { at })).toEqual(expected);
        const few = hosts.slice(100, 150).map(ip);
        const ofFew = expected.filter(({ address }) => few.includes(address));
        expect(store.whoHas(asked, { at, hosts: few })).toEqual(ofFew);
        const states = ["open", "closed"] as const;
        const all = store.openRows({ at, states }).filter((row) => row.port === port);
        expect(store.whoHas(asked, { at, states })).toEqual(all);
      }
    }
  });

  test("at a date are sure where the next run says the same, and changed where it does not", () => {
    expect(shown(threeDays(), { at: 1.5 * DAY })).toEqual([
      `${A} 22 open sure`,
      `${A} 80 open changed 2`,
      `${B} 22 open sure`,
    ]);
    expect(shown(threeDays(), { at: DAY - 1 })).toEqual([]);
  });

  test("at the end of a day count the run that began in its last second, and none of the next day", () => {
    const store = scratchStore({ now: () => 40 * DAY });
    const end = DAY - 1;
    recordRun(store, end - 400, [observed(A, { cells: [openCell(22)] })]);
    recordRun(store, end + 1, [observed(A, { cells: [openCell(22), openCell(80)] })]);
    expect(shown(store, { at: end })).toEqual([`${A} 22 open sure`]);
    expect(shown(store, { at: end - 1000 })).toEqual([]);
    expect(shown(store, { at: end + 1 })).toEqual([`${A} 22 open last-known`, `${A} 80 open last-known`]);
  });

  test("at a date follow the keys of runs, so that a clock that was set back hides nothing", () => {
    const store = scratchStore({ now: () => 40 * DAY });
    recordRun(store, 10 * DAY, [observed(A, { cells: [openCell(22)] })]);
    // The clock was a week ahead: this one came after it all the same.
    recordRun(store, 3 * DAY, [observed(A, { quiet: [quietGroup("closed", [22])] })]);
    expect(shown(store, { at: 5 * DAY })).toEqual([]);
    expect(shown(store, { at: 11 * DAY, states: ["closed"] })).toEqual([`${A} 22 closed last-known`]);
    expect(store.changeRows({ kinds: ["closed"] })).toMatchObject([{ run: 2, kind: "closed" }]);
  });

  test("of a run are sure where it proved them, and older where it did not", () => {
    expect(shown(threeDays(), { run: 2 })).toEqual([`${A} 22 open sure`]);
    expect(() => threeDays().openRows({ run: 9 })).toThrow(/there is no run 9/);
  });

  test.each<[RowState[], string[]]>([
    [["closed"], [`${A} 80 closed last-known`, `${B} 80 closed last-known`]],
    [["filtered"], [`${B} 443 filtered last-known`]],
    [["open|filtered"], []],
    [
      ["open", "closed", "filtered"],
      [
        `${A} 22 open last-known`,
        `${A} 80 closed last-known`,
        `${B} 22 open last-known`,
        `${B} 80 closed last-known`,
        `${B} 443 filtered last-known`,
      ],
    ],
  ])("of states %o are told apart, those of ports that never were open too", (states, expected) => {
    expect(shown(threeDays(), { states })).toEqual(expected);
  });

  test("of a port that opened later say nothing before its first proof, whatever its neighbours were", () => {
    const store = scratchStore();
    recordRun(store, DAY, [observed(A, { quiet: [quietGroup("silent", [53]), quietGroup("none", [54])] })]);
    recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(54)], quiet: [quietGroup("closed", [53])] })]);
    const states = ["open", "closed", "filtered", "closed|filtered"] as const;
    expect(shown(store, { run: 1, states })).toEqual([`${A} 53 filtered changed 2`]);
  });

  test("are asked by host, network, port and audit", () => {
    const store = threeDays();
    expect(shown(store, { hosts: [ip(B), ip("10.9.9.9")] })).toEqual([`${B} 22 open last-known`]);
    const network = addressSetOfNetworks([parseNetwork("10.0.0.2/31")]);
    expect(shown(store, { network })).toEqual([`${B} 22 open last-known`]);
    expect(shown(store, { port: { protocol: "tcp", port: 80 }, at: DAY })).toEqual([
      `${A} 80 open changed 2`,
    ]);
    expect(shown(store, { audit: "dmz" })).toEqual([`${B} 22 open last-known`]);
    expect(store.whoHas({ protocol: "tcp", port: 22 })).toHaveLength(2);
  });

  test("know UDP silence for what it is, and keep an open port open through it", () => {
    const store = scratchStore();
    recordRun(store, DAY, [
      observed(A, {
        cells: [openCell(53, { protocol: "udp" })],
        quiet: [quietGroup("silent", [123], "udp")],
      }),
    ]);
    recordRun(store, 2 * DAY, [observed(A, { quiet: [quietGroup("silent", [53, 123], "udp")] })]);
    expect(shown(store, { states: ["open"] })).toEqual([`${A} 53 open last-known`]);
    expect(shown(store, { states: ["open|filtered"] })).toEqual([`${A} 123 open|filtered last-known`]);
    expect(store.openRows()[0]).toMatchObject({ lastSeen: DAY, lastCovered: 2 * DAY, run: 2 });
  });

  test("while a run goes on count what it recorded so far", () => {
    const store = threeDays();
    const { run } = store.beginRun({ ...store.getRun(1), startedAt: 4 * DAY });
    store.recordHosts(run, [observed(A, { quiet: [quietGroup("closed", [22])] })]);
    expect(shown(store)).toEqual([`${B} 22 open last-known`]);
    expect(store.ageRows({ notConfirmedFor: 38 * DAY, states: ["open"] })).toEqual([]);
    expect(store.ageRows({ olderThan: 38 * DAY }).map(({ address }) => address)).toEqual([B]);
  });
});

describe("since when", () => {
  test("is the run that first saw it so, what it was before, and when it was open earlier", () => {
    const store = scratchStore();
    const closed = observed(A, { quiet: [quietGroup("closed", [22])] });
    const open = observed(A, { cells: [openCell(22)] });
    [closed, open, open, closed, open].forEach((host, day) => {
      recordRun(store, (day + 1) * DAY, [host]);
    });
    const [row] = store.sinceRows(ip(A), { protocol: "tcp", port: 22 });
    expect(row).toMatchObject({
      state: "open",
      since: 5 * DAY,
      sinceRun: 5,
      changedAfter: 4 * DAY + 3_600_000,
      before: { state: "closed", from: 4 * DAY, fromRun: 4, until: 5 * DAY, untilRun: 5 },
      earlierOpen: [{ state: "open", fromRun: 2, untilRun: 4, lastSeen: 3 * DAY }],
    });
    expect(store.sinceRows(ip(A), { protocol: "tcp", port: 22 }, { run: 3 })[0]).toMatchObject({
      sinceRun: 2,
      earlierOpen: [],
    });
    expect(store.periodRows({ hosts: [ip(A)] }).map(({ state, fromRun }) => `${state} ${fromRun}`)).toEqual([
      "closed 1",
      "open 2",
      "closed 4",
      "open 5",
    ]);
  });

  test("of a port that never was open comes from what runs said of it", () => {
    const store = threeDays();
    expect(store.sinceRows(ip(B), { protocol: "tcp", port: 80 })[0]).toMatchObject({
      state: "closed",
      since: DAY,
      sinceRun: 1,
      run: 1,
      before: null,
    });
    expect(store.periodRows({ hosts: [ip(B)], port: { protocol: "tcp", port: 443 } })).toMatchObject([
      { state: "filtered", fromRun: 1, until: null },
    ]);
  });

  test("of what nobody covered is unknown", () => {
    for (const address of [A, "10.9.9.9"]) {
      expect(threeDays().sinceRows(ip(address), { protocol: "tcp", port: 9999 })).toMatchObject([
        { state: "unknown", lastState: null, since: null, run: null },
      ]);
    }
  });
});

describe("coverage", () => {
  test("tells when, by which run and on which ports, and what was never asked", () => {
    const rows = threeDays().coverageRows({ hosts: [ip(A), ip(B), ip("10.9.9.9")] });
    expect(rows.map(({ address, coverage, run, age }) => [address, coverage, run, age])).toEqual([
      [A, "covered", 2, 38 * DAY],
      [B, "covered", 3, 37 * DAY],
      ["10.9.9.9", "never", null, null],
    ]);
    const port = { protocol: "tcp", port: 443 } as const;
    expect(
      threeDays()
        .coverageRows({ port })
        .map(({ coverage, run }) => [coverage, run]),
    ).toEqual([
      ["silent", null],
      ["covered", 1],
    ]);
  });
});

describe("changes over all runs", () => {
  test("are those found since then, by kind and host", () => {
    const store = threeDays();
    expect(store.changeRows({ since: 2 * DAY }).map(({ kind, port, run }) => [kind, port, run])).toEqual([
      ["closed", 80, 2],
    ]);
    expect(store.changeRows({ kinds: ["first-seen"], hosts: [ip(B)] })).toMatchObject([
      { address: B, port: 22 },
    ]);
    expect(store.changeRows({ until: DAY })).toEqual([]);
  });
});
