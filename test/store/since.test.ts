import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import { formatPort } from "../../src/scope/port.js";
import { formatPortSet } from "../../src/scope/portSet.js";
import type { Store } from "../../src/store/store.js";
import { draft, observed, openCell, quietGroup, recordRun, scratchStore, silentHost } from "./sample.js";

const DAY = 86_400_000;
const A = "10.0.0.1";
const B = "10.0.0.2";

function opened(store: Store, day: number, place = {}): string[] {
  return store
    .openedSince(day * DAY, place)
    .map(({ address, protocol, port }) => `${address} ${formatPort({ protocol, port })}`);
}
function covered(store: Store, day: number, place = {}): string[] {
  return store
    .coveredSince(day * DAY, place)
    .map(({ address, ports }) => `${address} ${formatPortSet(ports)}`);
}
const days = (...runs: HostObservation[][]): Store => {
  const store = scratchStore();
  runs.forEach((hosts, index) => {
    recordRun(store, (index + 1) * DAY, hosts);
  });
  return store;
};

describe("what was open since a day", () => {
  test("is what a run from then on saw open, not what was open before and was not asked again", () => {
    const store = days(
      [observed(A, { cells: [openCell(22), openCell(80), openCell(443)] })],
      [observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [80])] })],
      [observed(B, { cells: [openCell(25)] })],
    );
    expect(opened(store, 1)).toEqual([`${A} 22/tcp`, `${A} 80/tcp`, `${A} 443/tcp`, `${B} 25/tcp`]);
    expect(opened(store, 2)).toEqual([`${A} 22/tcp`, `${B} 25/tcp`]);
    expect(opened(store, 3)).toEqual([`${B} 25/tcp`]);
    expect(opened(store, 4)).toEqual([]);
  });

  test("holds a port that was open in between, and one that was open and reset in one run", () => {
    const shut = observed(A, { quiet: [quietGroup("closed", [22, 80])] });
    const store = days(
      [shut],
      [observed(A, { cells: [openCell(22), openCell(80, { proof: "unstable" })] })],
      [shut],
    );
    expect(opened(store, 1)).toEqual([`${A} 22/tcp`, `${A} 80/tcp`]);
    expect(opened(store, 3)).toEqual([]);
  });

  test("does not hold a port that was not asked at first and shut when it was", () => {
    const store = days(
      [observed(A, { cells: [openCell(22)] })],
      [observed(A, { cells: [openCell(80)] })],
      [observed(A, { quiet: [quietGroup("closed", [22])] })],
    );
    expect(opened(store, 2)).toEqual([`${A} 80/tcp`]);
  });

  test("does not hold an open UDP port that was silent since, nor does silence cover it", () => {
    const store = days(
      [observed(A, { cells: [openCell(53, { protocol: "udp" })] })],
      [observed(A, { cells: [openCell(22)], quiet: [quietGroup("silent", [53, 123], "udp")] })],
    );
    expect(opened(store, 1)).toEqual([`${A} 22/tcp`, `${A} 53/udp`]);
    expect(opened(store, 2)).toEqual([`${A} 22/tcp`]);
    expect(covered(store, 2)).toEqual([`${A} T:22,U:123`]);
    expect(covered(store, 1)).toEqual([`${A} T:22,U:53,123`]);
  });
});

describe("what was covered since a day", () => {
  test("is what the runs from then on proved, all together", () => {
    const store = days(
      [observed(A, { cells: [openCell(22)], quiet: [quietGroup("closed", [1, 2, 3])] }), observed(B)],
      [observed(A, { quiet: [quietGroup("silent", [3, 4])] }), silentHost(B)],
      [observed(A, { quiet: [quietGroup("closed", [80])] })],
    );
    expect(covered(store, 1)).toEqual([`${A} T:1-4,22,80`]);
    expect(covered(store, 2)).toEqual([`${A} T:3-4,80`]);
    expect(covered(store, 4)).toEqual([]);
  });

  test("counts a run that goes on", () => {
    const store = days([observed(A, { cells: [openCell(22)] })]);
    const { run } = store.beginRun(draft(5 * DAY));
    store.recordHosts(run, [observed(A, { cells: [openCell(80)], quiet: [quietGroup("closed", [81])] })]);
    expect(covered(store, 5)).toEqual([`${A} T:80-81`]);
    expect(opened(store, 5)).toEqual([`${A} 80/tcp`]);
  });
});

test("vantages and realms are taken together unless they are named", () => {
  const store = scratchStore();
  const at = (port: number): HostObservation[] => [observed(A, { cells: [openCell(port)] })];
  recordRun(store, DAY, at(22));
  recordRun(store, 2 * DAY, at(22), { vantage: "internet" });
  recordRun(store, 3 * DAY, at(80), { realm: "branch" });
  expect(opened(store, 1)).toEqual([`${A} 22/tcp`, `${A} 80/tcp`]);
  expect(covered(store, 1)).toEqual([`${A} T:22,80`]);
  expect(opened(store, 1, { realm: "branch" })).toEqual([`${A} 80/tcp`]);
  expect(covered(store, 1, { realm: "default" })).toEqual([`${A} T:22`]);
  expect(opened(store, 2, { realm: "default", vantage: "bastion" })).toEqual([]);
  expect(covered(store, 1, { vantage: "moon" })).toEqual([]);
});
