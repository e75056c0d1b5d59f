/** A whole scan against the truth: what is open, where the holes are, and what nobody may claim of absent addresses. */
import { beforeAll, describe, expect, it } from "vitest";
import { countPorts } from "../../src/scope/portSet.js";
import {
  buildCli,
  closedOn,
  holesInTruth,
  holesOf,
  hostOf,
  type Lab,
  openInTruth,
  openOf,
  topTcp,
  whyNoLab,
  withLab,
} from "./lab.js";

const reason = whyNoLab();
/** All UDP ports that the lab may have a speaker on: twenty. */
const UDP = "U:7,53,69,111,123,137,161,177,389,427,500,520,623,1812,1900,2049,3478,5351,5353,11211";
const QUICK = ["--rate", "4000", "--no-identify"];

function expectNothingOfAbsent(lab: Lab, run: number): void {
  const live = new Set(lab.truth.hosts.flatMap((host) => [host.address, host.ipv6]));
  for (const host of lab.view(run).hosts.filter(({ address }) => !live.has(address))) {
    expect({ address: host.address, presence: host.presence, covered: countPorts(host.covered) }).toEqual({
      address: host.address,
      presence: "silent",
      covered: 0,
    });
  }
}

describe.skipIf(reason !== null)(`a scan${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  beforeAll(buildCli);

  it("finds what is open over TCP and UDP and every firewall hole of a /24, and the same again without a change", async () => {
    const tcp = await topTcp(1000, "");
    await withLab(["--hosts", "8", "--seed", "21", "--udp", "3"], async (lab) => {
      const { network, hosts } = lab.truth;
      const first = await lab.portreeve("scan", network, "-p", `${tcp},${UDP}`, ...QUICK);
      expect(first).toMatchObject({ code: 0, stderr: "" });
      expect(openOf(lab.view(1))).toEqual(openInTruth(hosts, ["tcp", "udp"]));
      expect(holesOf(lab.view(1))).toEqual(holesInTruth(hosts));
      expectNothingOfAbsent(lab, 1);
      expect(lab.runs()[0]).toMatchObject({ outcome: "complete", coverage: 1 });

      const again = await lab.portreeve("scan", network, "-p", `${tcp},U:53,161`, ...QUICK);
      expect(again).toMatchObject({ code: 0, stderr: "" });
      // Not even a first-seen: all of it was covered before.
      expect(lab.view(2).changes).toEqual([]);
      expect(openOf(lab.view(2)).filter((port) => port.endsWith("/tcp"))).toEqual(openInTruth(hosts));
      expect(holesOf(lab.view(2))).toEqual(holesInTruth(hosts));
      expectNothingOfAbsent(lab, 2);
    });
  }, 180_000);

  it("finds the same on hosts that reset 50 times a second, and with -Pn claims nothing of absent addresses", async () => {
    const tcp = await topTcp(1000, "");
    await withLab(["--hosts", "8", "--seed", "12", "--udp", "0", "--rst-limit", "50"], async (lab) => {
      const { hosts, absentExamples } = lab.truth;
      const targets = [...hosts.map((host) => host.address), ...absentExamples.slice(0, 4)];
      for (const [run, how] of [
        [1, ["-Pn"]],
        [2, []],
      ] as const) {
        const ended = await lab.portreeve("scan", ...targets, "-p", tcp, ...how, ...QUICK);
        expect(ended).toMatchObject({ code: 0, stderr: "" });
        expect(openOf(lab.view(run))).toEqual(openInTruth(hosts));
        expect(holesOf(lab.view(run))).toEqual(holesInTruth(hosts));
        expectNothingOfAbsent(lab, run);
      }
      // A port that was reset in one run and lost to the limit in the other has not changed.
      expect(lab.view(2).changes).toEqual([]);
    });
  }, 120_000);

  it("finds what is open over IPv6", async () => {
    await withLab(["--hosts", "4", "--seed", "7", "--udp", "0", "--ipv6"], async (lab) => {
      const { hosts } = lab.truth;
      const targets = [...hosts.flatMap((host) => host.ipv6 ?? []), "2001:2:0:14::1f7", "2001:2:0:14::1f8"];
      const ended = await lab.portreeve("scan", ...targets, "-p", await topTcp(1000, ""), ...QUICK);
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(openOf(lab.view(1))).toEqual(openInTruth(hosts, ["tcp"], (host) => host.ipv6));
      expectNothingOfAbsent(lab, 1);
    });
  }, 60_000);

  it("calls nothing closed falsely where 5 % of the packets are lost each way", async () => {
    await withLab(["--hosts", "5", "--seed", "5", "--loss", "5", "--services", "6"], async (lab) => {
      const { hosts } = lab.truth;
      const targets = hosts.map((host) => host.address);
      const ports = await topTcp(1000, "U:53,123,161,500");
      for (const run of [1, 2, 3]) {
        await lab.portreeve("scan", ...targets, "-p", ports, ...QUICK);
        const view = lab.view(run);
        const open = openInTruth(hosts, ["tcp", "udp"]);
        expect(open).toEqual(expect.arrayContaining(openOf(view)));
        // One port in a hundred may be lost twice.
        expect(openOf(view).filter((port) => port.endsWith("/tcp")).length).toBeGreaterThan(24);
        for (const host of hosts) {
          const closed = closedOn(hostOf(view, host.address));
          expect(closed.filter((port) => open.includes(`${host.address} ${port}`))).toEqual([]);
          if (host.tcp.closed !== "drop" && host.tcp.closed !== "reject-icmp") continue;
          const holes = host.tcp.holes.map((port) => `${port}/tcp`);
          expect(holes).toEqual(expect.arrayContaining(closed.filter((port) => port.endsWith("/tcp"))));
        }
        expect(view.changes.filter(({ kind }) => kind === "closed" || kind === "refused")).toEqual([]);
        const invented = holesOf(view).filter((hole) => !holesInTruth(hosts).includes(hole));
        expect(invented).toEqual([]);
      }
    });
  }, 120_000);
});
