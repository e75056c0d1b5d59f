import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import { formatPortSet } from "../../src/scope/portSet.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import type { Store } from "../../src/store/store.js";
import {
  draft,
  ending,
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

const days = (...runs: HostObservation[][]): Store => {
  const store = scratchStore();
  runs.forEach((hosts, index) => {
    recordRun(store, (index + 1) * DAY, hosts);
  });
  return store;
};
function told(store: Store, before = 1, after = 2) {
  const { changes, firstSeen, notComparable } = store.compareRuns(before, after);
  const say = ({ address, port, kind }: (typeof changes)[number]) => `${address} ${port ?? "-"} ${kind}`;
  return {
    changes: changes.map(say),
    firstSeen: firstSeen.map(say),
    not: notComparable.map(
      (each) => `${each.address} ${formatPortSet(each.ports)} ${each.coveredBy} ${each.why}`,
    ),
  };
}
const open = (...ports: number[]) => observed(A, { cells: ports.map((port) => openCell(port)) });
const mixed = (ports: number[], closed: number[], proof: "closed" | "refused" | "silent" = "closed") =>
  observed(A, { cells: ports.map((port) => openCell(port)), quiet: [quietGroup(proof, closed)] });

describe("two runs compared", () => {
  test.each<[string, HostObservation[][], ReturnType<typeof told>]>([
    ["that agree do not differ", [[open(22)], [open(22)]], { changes: [], firstSeen: [], not: [] }],
    [
      "a port that opened, and one that closed",
      [[mixed([22], [80])], [mixed([80], [22])]],
      { changes: [`${A} 22 closed`, `${A} 80 opened`], firstSeen: [], not: [] },
    ],
    [
      "refused and silent are no closed",
      [[open(22, 23)], [observed(A, { quiet: [quietGroup("refused", [22]), quietGroup("silent", [23])] })]],
      { changes: [`${A} 22 refused`, `${A} 23 went-silent`], firstSeen: [], not: [] },
    ],
    [
      "a port that the second run did not cover is not closed",
      [[open(22, 80, 443)], [open(22)]],
      { changes: [], firstSeen: [], not: [`${A} T:80,443 1 only-one-covered`] },
    ],
    [
      "a host that only one asked is not gone",
      [[open(22), observed(B, { cells: [openCell(22)] })], [open(22)]],
      { changes: [], firstSeen: [], not: [`${B} T:22 1 host-only-in-one`] },
    ],
    [
      "what no run before covered is first seen, not opened",
      [[open(22)], [mixed([22, 8080], [9])]],
      { changes: [], firstSeen: [`${A} 8080 first-seen`], not: [`${A} T:9 2 only-one-covered`] },
    ],
    [
      "a host that appeared and one that vanished",
      [
        [silentHost(A), observed(B)],
        [observed(A), observed(B, { presence: "vanished" })],
      ],
      { changes: [`${A} - host-appeared`, `${B} - host-vanished`], firstSeen: [], not: [] },
    ],
    [
      "a host that kept silent is not comparable",
      [[open(22)], [silentHost(A)]],
      { changes: [], firstSeen: [], not: [`${A} T:22 1 only-one-covered`] },
    ],
    [
      "open and reset in one run is neither",
      [[open(22)], [observed(A, { cells: [openCell(22, { proof: "unstable" })] })]],
      { changes: [], firstSeen: [], not: [`${A} T:22 null open-and-reset`] },
    ],
    [
      "a silent UDP port closes nothing",
      [
        [observed(A, { cells: [openCell(53, { protocol: "udp" })] })],
        [observed(A, { quiet: [quietGroup("silent", [53], "udp")] })],
      ],
      { changes: [], firstSeen: [], not: [`${A} U:53 null said-nothing`] },
    ],
  ])("%s", (_, runs, expected) => {
    expect(told(days(...runs))).toEqual(expected);
  });

  test("that are not neighbours tell what is between them, and reopened from opened", () => {
    const store = days([open(22)], [mixed([], [22])], [open(22)], [mixed([], [22])]);
    expect(told(store, 1, 3).changes).toEqual([]);
    expect(told(store, 1, 4).changes).toEqual([`${A} 22 closed`]);
    expect(told(store, 2, 3).changes).toEqual([`${A} 22 reopened`]);
    expect(told(store, 3, 2).changes).toEqual([`${A} 22 closed`]);
  });

  test("that did not cover it first are not comparable, though the port was covered in between", () => {
    const store = days([open(22)], [open(22, 80)], [open(22, 80)]);
    expect(told(store, 1, 3)).toEqual({ changes: [], firstSeen: [], not: [`${A} T:80 3 only-one-covered`] });
  });

  test("seen from two places are refused, and a file without a date is", () => {
    const store = scratchStore();
    recordRun(store, DAY, [mixed([22, 80], [])]);
    recordRun(store, 2 * DAY, [mixed([80], [22], "silent")], { vantage: "internet" });
    recordRun(store, 3 * DAY, [mixed([80], [22])], { realm: "branch" });
    expect(() => told(store, 1, 2)).toThrow(
      /run 1 was seen from bastion, run 2 was seen from internet: what differs is where from/,
    );
    expect(() => told(store, 1, 3)).toThrow(/run 1 .* in the realm default, run 3 .* in the realm branch/);
    const file = { name: "a.xml", hash: "0".repeat(64), bytes: 1, scanner: "", args: "", dated: false };
    const begun = store.beginImport(draft(4 * DAY, { source: "import" }), file);
    begun.import?.add(stageHosts([open(22)]));
    const undated = begun.import?.end(ending(4 * DAY));
    expect(() => told(store, 1, undated?.id)).toThrow(/does not tell when it was made/);
    expect(() => told(store, 1, 99)).toThrow(/there is no run 99/);
  });

  test("with an answer that proves nothing in one of them say so, though the port never was open", () => {
    const store = days([observed(A, { quiet: [quietGroup("none", [22])] })], [mixed([], [22])]);
    expect(told(store)).toEqual({ changes: [], firstSeen: [], not: [`${A} T:22 null said-nothing`] });
  });

  test("change a service only where both identified it", () => {
    const ssh = (version: string | null) =>
      observed(A, {
        cells: [openCell(22, { service: version === null ? null : service("ssh", "OpenSSH", { version }) })],
      });
    const store = days([ssh("8.0")], [ssh(null)], [ssh("9.2")]);
    expect(told(store, 1, 2).changes).toEqual([]);
    expect(told(store, 1, 3).changes).toEqual([`${A} 22 service-changed`]);
    expect(store.compareRuns(1, 3).changes[0]).toMatchObject({
      before: "ssh OpenSSH 8.0",
      after: "ssh OpenSSH 9.2",
      run: 3,
      operator: "alice",
    });
  });
});
