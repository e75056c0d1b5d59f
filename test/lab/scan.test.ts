/** A whole scan against the truth: what is open, where the holes are, and what nobody may claim of absent addresses. */
import { describe, expect, it } from "vitest";
import {
  expectNothingOfAbsent,
  holesInTruth,
  holesOf,
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

describe.skipIf(reason !== null)(`a scan${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
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
});
