/** Scans on networks that lose packets and on hosts that ration their resets: less is known, and nothing is wrong. */
import { describe, expect, it } from "vitest";
import {
  closedOn,
  expectNothingOfAbsent,
  holesInTruth,
  holesOf,
  hostOf,
  openInTruth,
  openOf,
  topTcp,
  whyNoLab,
  withLab,
} from "./lab.js";

const reason = whyNoLab();
const QUICK = ["--rate", "4000", "--no-identify"];

describe.skipIf(reason !== null)(
  `a scan of a difficult network${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
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

    it("calls nothing closed falsely where 5 % of the packets are lost each way", async () => {
      await withLab(["--hosts", "5", "--seed", "5", "--loss", "5", "--services", "6"], async (lab) => {
        const { hosts } = lab.truth;
        const targets = hosts.map((host) => host.address);
        const ports = await topTcp(1000, "U:53,123,161,500");
        for (const run of [1, 2]) {
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
  },
);
