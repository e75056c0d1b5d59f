import { writeFileSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { emptyPortSet, formatPortSet } from "../../src/scope/portSet.js";
import { xmlPath } from "../../src/store/keptXml.js";
import type { Store } from "../../src/store/store.js";
import {
  draft,
  ending,
  ip,
  observed,
  openCell,
  quietGroup,
  recordRun,
  scratchStore,
  service,
  silentHost,
} from "./sample.js";

const DAY = 86_400_000;
const A = "10.0.0.1";
const B = "10.0.0.2";

/** Day 1: A has 22 and 80, B has 22. Day 2: only A, 80 is closed. Day 3: only B, still 22. */
function threeDays(): Store {
  const store = scratchStore();
  const both = [openCell(22), openCell(80)];
  recordRun(store, DAY, [observed(A, { cells: both }), observed(B, { cells: [openCell(22)] })]);
  recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] })]);
  recordRun(store, 3 * DAY, [observed(B, { cells: [openCell(22)] })]);
  return store;
}
const shown = (store: Store, filter: Parameters<Store["openRows"]>[0]): string[] =>
  store
    .openRows(filter)
    .map((row) => `${row.address} ${row.port} ${row.state} ${row.lastSeen / DAY}/${row.lastCovered / DAY}`);

describe("rows of open ports", () => {
  test("tell what is open now, with the day of the evidence", () => {
    expect(shown(threeDays(), {})).toEqual([`${A} 22 open 2/2`, `${B} 22 open 3/3`]);
  });

  test.each([
    [{ at: DAY - 1 }, []],
    [{ at: DAY }, [`${A} 22 open 1/1`, `${A} 80 open 1/1`, `${B} 22 open 1/1`]],
    [{ at: 2.5 * DAY }, [`${A} 22 open 2/2`, `${B} 22 open 1/1`]],
    [{ run: 1 }, [`${A} 22 open 1/1`, `${A} 80 open 1/1`, `${B} 22 open 1/1`]],
    [{ run: 2 }, [`${A} 22 open 2/2`]],
    [{ states: ["open", "closed"] as const, hosts: [ip(A)] }, [`${A} 22 open 2/2`, `${A} 80 closed 2/2`]],
    [{ port: { protocol: "tcp" as const, port: 80 }, at: DAY }, [`${A} 80 open 1/1`]],
    [{ vantage: "internet" }, []],
  ])("as of %o", (filter, expected) => {
    expect(shown(threeDays(), filter)).toEqual(expected);
  });

  test("of a run that is not there are refused", () => {
    expect(() => scratchStore().openRows({ run: 7 })).toThrow(/there is no run 7/);
  });

  test("carry the confidence of the run that saw them last", () => {
    const store = scratchStore();
    recordRun(store, DAY, [observed(A, { cells: [openCell(22, { confidence: "single" }), openCell(80)] })]);
    expect(store.openRows().map((row) => row.confidence)).toEqual(["single", "confirmed"]);
    recordRun(store, 2 * DAY, [
      observed(A, { cells: [openCell(22), openCell(80, { confidence: "tarpit" })] }),
    ]);
    expect(store.openRows().map((row) => row.confidence)).toEqual(["confirmed", "tarpit"]);
    expect(store.openRows({ run: 1 }).map((row) => row.confidence)).toEqual(["single", "confirmed"]);
  });

  test("keep a service through runs that did not identify, and tell a guess from an answer", () => {
    const store = scratchStore();
    const guess = service("http", null, { method: "table", confidence: 3 });
    const ssh = service("ssh", "OpenSSH", { version: "9.2", cpes: ["cpe:/a:openbsd:openssh:9.2"] });
    recordRun(store, DAY, [
      observed(A, { cells: [openCell(22, { service: ssh }), openCell(80, { service: guess })] }),
    ]);
    recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(22), openCell(80)] })]);
    expect(store.openRows().map((row) => row.service)).toEqual([ssh, guess]);
  });

  test("tell two realms with the same address apart", () => {
    const store = scratchStore();
    recordRun(store, DAY, [observed(A, { cells: [openCell(22)] })], { realm: "east" });
    recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(80)] })], { realm: "west" });
    expect(store.openRows().map(({ realm, port }) => [realm, port])).toEqual([
      ["east", 22],
      ["west", 80],
    ]);
    expect(store.changesOf(2)).toMatchObject([{ kind: "first-seen" }]);
    expect(store.knownHosts({ realm: "west" })).toHaveLength(1);
  });
});

describe("one host", () => {
  test("is shown with its ports, their periods, and the runs that asked it", () => {
    const [known, ...others] = threeDays().hostView(ip(A));
    expect(others).toEqual([]);
    expect(known?.history).toEqual([
      { protocol: "tcp", port: 22, state: "open", from: DAY, until: null, lastSeen: 2 * DAY },
      { protocol: "tcp", port: 80, state: "open", from: DAY, until: 2 * DAY, lastSeen: DAY },
      { protocol: "tcp", port: 80, state: "closed", from: 2 * DAY, until: null, lastSeen: 2 * DAY },
    ]);
    expect(known?.view).toMatchObject({
      presence: "alive",
      aliveSince: DAY,
      lastAlive: 2 * DAY,
      local: false,
    });
    expect(known?.runs.map(({ id, covered }) => [id, formatPortSet(covered)])).toEqual([
      [2, "T:22,80"],
      [1, "T:22,80"],
    ]);
  });

  test("that nobody asked is nowhere", () => {
    expect(threeDays().hostView(ip("10.9.9.9"))).toEqual([]);
  });

  test("is ours where the run could have sent from it, or on loopback", () => {
    const store = scratchStore();
    const id = recordRun(store, DAY, [observed(A), observed(B), observed("127.0.0.1")], { sources: [ip(A)] });
    expect(store.runView(id).hosts.map(({ address, local }) => [address, local])).toEqual([
      [A, true],
      [B, false],
      ["127.0.0.1", true],
    ]);
  });

  test("keeps occupant and names through a run that saw none; a new occupant moves no span", () => {
    const store = scratchStore();
    const cells = [openCell(22)];
    recordRun(store, DAY, [
      observed(A, { cells, mac: "00:11:22:33:44:55", vendor: "Acme", names: ["a.example"] }),
    ]);
    const second = recordRun(store, 2 * DAY, [observed(A, { cells })]);
    expect(store.runView(second).hosts).toMatchObject([
      { mac: "00:11:22:33:44:55", vendor: "Acme", names: ["a.example"] },
    ]);
    const third = recordRun(store, 3 * DAY, [observed(A, { cells, mac: "66:77:88:99:AA:BB" })]);
    expect(store.runView(third).hosts).toMatchObject([
      { mac: "66:77:88:99:AA:BB", vendor: null, ports: [{ firstSeen: DAY }] },
    ]);
    expect(store.changesOf(third)).toEqual([]);
  });

  test("shows its firewall holes with the run that first found them, and why others cannot be judged", () => {
    const store = scratchStore();
    const hole = {
      protocol: "tcp" as const,
      port: 113,
      silentShare: 0.98,
      neighboursAsked: 20,
      neighboursAnswered: 0,
    };
    recordRun(store, DAY, [
      observed(A, { holes: [hole] }),
      observed(B, { holesUnjudged: "resets everything" }),
    ]);
    const id = recordRun(store, 2 * DAY, [observed(A, { holes: [hole] }), observed(B)]);
    expect(store.runView(1).hosts[1]?.holesUnjudged).toBe("resets everything");
    expect(store.runView(id).hosts[1]?.holesUnjudged).toBeNull();
    expect(store.runView(id).hosts[0]?.holes).toEqual([{ ...hole, firstSeen: DAY }]);
  });
});

describe("a run's view", () => {
  test("counts addresses that gave no answer, and shows the silent ones it recorded", () => {
    const store = scratchStore();
    recordRun(store, DAY, [observed(A), silentHost(B)]);
    const id = recordRun(store, 2 * DAY, [silentHost(A), silentHost(B)]);
    const view = store.runView(id);
    expect(view.silentCount).toBe(view.run.addressCount);
    expect(store.runView(1).silentCount).toBe(view.run.addressCount - 1);
    expect(view.hosts).toMatchObject([
      { address: A, presence: "silent", lastAlive: DAY, covered: emptyPortSet },
      { address: B, presence: "silent", lastAlive: null, covered: emptyPortSet },
    ]);
  });

  test("is there while the run goes on, with what was recorded so far", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(DAY));
    store.recordHosts(run, [observed(A, { cells: [openCell(22)], grade: "positive-only" })]);
    expect(store.runView(run.id)).toMatchObject({
      run: { outcome: "running" },
      hosts: [{ ports: [{ covered: true }] }],
    });
    store.recordHosts(run, [observed(A, { quiet: [quietGroup("closed", [22])] })]);
    expect(store.runView(run.id).hosts).toMatchObject([{ ports: [], quiet: [{ proof: "closed" }] }]);
    expect(store.changesOf(run.id)).toEqual([]);
  });

  test("tells runs of an audit and of a vantage apart", () => {
    const store = scratchStore();
    recordRun(store, DAY, [], { audit: "dmz" });
    recordRun(store, 2 * DAY, [], { vantage: "internet" });
    expect(store.lastRun({ audit: "dmz" })?.id).toBe(1);
    expect(store.lastRun({ vantage: "internet" })?.id).toBe(2);
    expect(store.lastRun()?.id).toBe(2);
    expect(store.lastRun({ audit: "office" })).toBeNull();
    expect(store.listRuns({ limit: 1 }).map(({ id }) => id)).toEqual([2]);
  });
});

describe("what is known", () => {
  test("of hosts: when they last were alive, and whether the last run that covered them found them so", () => {
    const store = scratchStore();
    recordRun(store, DAY, [observed(A), observed(B), silentHost("10.0.0.3")]);
    recordRun(store, 2 * DAY, [silentHost(A), observed(B, { presence: "vanished" })]);
    const place = { realm: "default", vantage: "bastion" };
    expect(store.knownHosts(place)).toEqual([
      { ...place, address: A, lastAlive: DAY, aliveLast: true },
      { ...place, address: B, lastAlive: DAY, aliveLast: false },
    ]);
    expect(store.knownHosts({ ...place, vantage: "internet" })).toEqual([]);
  });

  test("of open ports: those that were open when last proved", () => {
    expect(threeDays().knownOpen()).toEqual([
      { address: A, protocol: "tcp", port: 22 },
      { address: B, protocol: "tcp", port: 22 },
    ]);
  });
});

describe("what is written", () => {
  const spansOf = (store: Store): unknown[] => {
    const database = new Sqlite(store.path, { readonly: true });
    const tables = ["tracks", "quiet", "host_span", "value", "service_value", "hostset", "portset"];
    const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
    database.close();
    return rows;
  };

  test("by a run that only confirms is no span and no set, though reasons wobble: one row keeps its words", () => {
    const store = scratchStore();
    const host = (reason: string) =>
      observed(A, {
        cells: [openCell(22, { service: service("ssh", "OpenSSH") })],
        quiet: [{ ...quietGroup("refused", [80, 443]), reason }],
        aliveReason: reason,
      });
    recordRun(store, DAY, [host("admin-prohibited")]);
    const before = spansOf(store);
    const id = recordRun(store, 2 * DAY, [host("host-prohibited")]);
    expect(spansOf(store)).toEqual(before);
    expect(store.observationOf(id, ip(A))).toMatchObject({
      aliveReason: "host-prohibited",
      quiet: [{ reason: "host-prohibited" }],
    });
  });

  test("to the change log of a run that has ended is kept", () => {
    const store = threeDays();
    const database = new Sqlite(store.path);
    for (const statement of [
      "DELETE FROM published",
      "UPDATE published SET lines = x'00'",
      "REPLACE INTO published VALUES (1, x'00')",
    ]) {
      expect(() => database.exec(statement)).toThrow(/append-only/);
    }
    database.close();
  });

  test("as kept XML, once damaged, is told", () => {
    const store = scratchStore();
    const sha = "12".repeat(32);
    store.keepXml(sha, "<nmaprun/>");
    writeFileSync(xmlPath(store.path, sha), "no gzip");
    expect(() => store.readXml(sha)).toThrow(/is damaged/);
  });

  test("of a run survives its end as it was", () => {
    const store = scratchStore();
    const { run } = store.beginRun(draft(DAY));
    store.recordHosts(run, [observed(A, { cells: [openCell(22)], quiet: [quietGroup("silent", [80])] })]);
    const { hosts } = store.runView(run.id);
    store.endRun(
      run,
      ending(DAY + 1, { outcome: "partial", why: "a shard was lost", warnings: ["w"], coverage: 0.5 }),
    );
    const view = store.runView(run.id);
    expect(view.hosts).toEqual(hosts);
    expect(view.run).toMatchObject({
      outcome: "partial",
      why: "a shard was lost",
      warnings: ["w"],
      coverage: 0.5,
    });
  });
});
