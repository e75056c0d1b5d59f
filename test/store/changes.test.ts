import { describe, expect, test } from "vitest";
import type { HostObservation } from "../../src/facts/observation.js";
import { observed, openCell, quietGroup, recordRun, scratchStore, service, silentHost } from "./sample.js";

const H = "10.0.0.5";
const DAY = 86_400_000;
const open = (...ports: number[]): HostObservation =>
  observed(H, { cells: ports.map((p) => openCell(p)), quiet: [quietGroup("closed", rest(ports))] });
const rest = (ports: readonly number[]): number[] => [22, 80, 443].filter((port) => !ports.includes(port));
const without = (proof: "closed" | "refused" | "silent" | "none"): HostObservation =>
  observed(H, { cells: [openCell(80)], quiet: [quietGroup(proof, [22])] });

/** Records one host in run after run, a day apart, and tells the last run's changes. */
function lastChanges(...runs: readonly (readonly HostObservation[])[]) {
  const store = scratchStore();
  let id = 0;
  runs.forEach((hosts, index) => {
    id = recordRun(store, (index + 1) * DAY, hosts);
  });
  return store.changesOf(id);
}
const kinds = (...runs: readonly (readonly HostObservation[])[]): string[] =>
  lastChanges(...runs).map(({ kind, port, protocol }) =>
    port === null ? kind : `${port}/${protocol} ${kind}`,
  );

describe("changes", () => {
  test.each<[name: string, runs: HostObservation[], expected: string[]]>([
    ["an open port of the first run is first seen", [open(22)], ["22/tcp first-seen"]],
    ["a run that confirms changes nothing", [open(22), open(22)], []],
    ["a port that was covered as closed opens", [open(80), open(22, 80)], ["22/tcp opened"]],
    ["a port that closed and is open again reopens", [open(22), open(), open(22)], ["22/tcp reopened"]],
    ["a reset closes", [open(22, 80), without("closed")], ["22/tcp closed"]],
    ["another refusal refuses", [open(22, 80), without("refused")], ["22/tcp refused"]],
    ["a believed silence is told as silence", [open(22, 80), without("silent")], ["22/tcp went-silent"]],
    ["an answer that proves nothing changes nothing", [open(22, 80), without("none")], []],
    ["a port that is not covered does not close", [open(22, 80), observed(H, { cells: [openCell(80)] })], []],
    [
      "a port closed by a run, then not covered, then open reopens",
      [open(22, 80), without("closed"), observed(H, { cells: [openCell(80)] }), open(22, 80)],
      ["22/tcp reopened"],
    ],
    [
      "a port that no earlier run covered is first seen though the host was",
      [observed(H, { cells: [openCell(80)] }), open(22, 80)],
      ["22/tcp first-seen"],
    ],
    [
      "open and reset in one run is no change",
      [open(22, 80), observed(H, { cells: [openCell(22, { proof: "unstable" })] })],
      [],
    ],
    [
      "a port that closes after an unstable run closes",
      [open(22, 80), observed(H, { cells: [openCell(22, { proof: "unstable" })] }), without("closed")],
      ["22/tcp closed"],
    ],
    [
      "a silent UDP port does not close an open one",
      [
        observed(H, { cells: [openCell(53, { protocol: "udp" })] }),
        observed(H, { quiet: [quietGroup("silent", [53], "udp")] }),
      ],
      [],
    ],
    [
      "a UDP port that answers at last opens",
      [
        observed(H, { quiet: [quietGroup("silent", [53], "udp")] }),
        observed(H, { cells: [openCell(53, { protocol: "udp" })] }),
      ],
      ["53/udp opened"],
    ],
    ["a host that was silent appears", [silentHost(H), observed(H)], ["host-appeared"]],
    ["a silent host does not vanish", [observed(H), silentHost(H)], []],
    ["a host that was silent for one run does not appear", [observed(H), silentHost(H), observed(H)], []],
    [
      "a believed silence is a vanished host",
      [observed(H), observed(H, { presence: "vanished" })],
      ["host-vanished"],
    ],
    [
      "a vanished host appears again, and none of its ports has changed",
      [open(22), observed(H, { presence: "vanished" }), open(22)],
      ["host-appeared"],
    ],
  ])("%s", (_, runs, expected) => {
    expect(kinds(...runs.map((host) => [host]))).toEqual(expected);
  });

  test("a service changes only between two identifications", () => {
    const ssh = (version: string | null): HostObservation =>
      observed(H, {
        cells: [openCell(22, { service: version === null ? null : service("ssh", "OpenSSH", { version }) })],
      });
    const [change, ...others] = lastChanges([ssh("8.0")], [ssh(null)], [ssh("9.2")]);
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      kind: "service-changed",
      before: "ssh OpenSSH 8.0",
      after: "ssh OpenSSH 9.2",
      timeFrom: DAY + 3_600_000,
      timeTo: 3 * DAY + 3_600_000,
    });
    expect(kinds([ssh("8.0")], [ssh(null)], [ssh("8.0")])).toEqual([]);
  });

  test("happen between the end of the last covering run and the end of this one", () => {
    const [change] = lastChanges(
      [open(22, 80)],
      [observed(H, { cells: [openCell(80)] })],
      [without("closed")],
    );
    expect(change).toEqual({
      run: 3,
      timeFrom: DAY + 3_600_000,
      timeTo: 3 * DAY + 3_600_000,
      address: H,
      protocol: "tcp",
      port: 22,
      kind: "closed",
      before: "open",
      after: "closed",
      vantage: "bastion",
      operator: "alice",
    });
  });

  test("a vantage knows nothing of what another saw", () => {
    const store = scratchStore();
    recordRun(store, DAY, [open(22)]);
    const id = recordRun(store, 2 * DAY, [open(80)], { vantage: "internet" });
    expect(store.changesOf(id).map(({ port, kind }) => [port, kind])).toEqual([[80, "first-seen"]]);
  });
});
