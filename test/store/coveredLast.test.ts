import { expect, test } from "vitest";
import { formatPortSet } from "../../src/scope/portSet.js";
import type { Store } from "../../src/store/store.js";
import { ports } from "../sweep/results.js";
import { observed, openCell, quietGroup, recordRun, scratchStore, silentHost } from "./sample.js";

const DAY = 86_400_000;
const A = "10.0.0.1";
const B = "10.0.0.2";
const closed = (...list: number[]) => ({ quiet: [quietGroup("closed" as const, list)] });

const said = (store: Store, asked: string, place = {}) =>
  store
    .coveredLast(ports(asked), place)
    .map(({ address, covered }) => {
      const layers = covered.map(({ at, ports: set }) => `${at / DAY}: ${formatPortSet(set)}`);
      return `${address} ${layers.join(" | ")}`;
    })
    .sort();

function history(): Store {
  const store = scratchStore();
  recordRun(store, DAY, [observed(A, closed(1, 2, 3, 4)), observed(B, closed(1, 2, 3, 4))]);
  recordRun(store, 2 * DAY, [observed(A, closed(3, 4, 5)), observed(B, closed(3, 4, 5))]);
  recordRun(store, 3 * DAY, [observed(A, { cells: [openCell(2)] }), silentHost(B)]);
  return store;
}

test("the last time each port was covered, every port once, the newest first", () => {
  expect(said(history(), "T:1-9")).toEqual([`${A} 3: T:2 | 2: T:3-5 | 1: T:1`, `${B} 2: T:3-5 | 1: T:1-2`]);
});

test("is told of the ports that are asked for only, and the runs behind them are not read on", () => {
  expect(said(history(), "T:3-4")).toEqual([`${A} 2: T:3-4`, `${B} 2: T:3-4`]);
});

test("is told of one vantage where one is named", () => {
  expect(said(history(), "T:1-9", { vantage: "internet" })).toEqual([]);
});

test("ports ever open are those that closed since, too", () => {
  const store = scratchStore();
  recordRun(store, DAY, [observed(A, { cells: [openCell(22), openCell(80)] })]);
  recordRun(store, 2 * DAY, [observed(A, { cells: [openCell(22)], ...closed(80) })]);
  const [host] = store.everOpen();
  expect([host?.address, formatPortSet(host?.ports ?? ports(""))]).toEqual([A, "T:22,80"]);
});
