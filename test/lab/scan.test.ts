/** A whole scan against the truth: what is open, where the holes are, and what nobody may claim of absent addresses. */
import { beforeAll, describe, expect, it } from "vitest";
import { countPorts } from "../../src/scope/portSet.js";
import {
  buildCli,
  changesOf,
  holesInTruth,
  holesOf,
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

/** Holes can be told only where the other ports are silent or refused by the filter. */
function expectTruth(lab: Lab, run: number, protocols: readonly ("tcp" | "udp")[]): void {
  const view = lab.view(run);
  expect(openOf(view)).toEqual(openInTruth(lab.truth.hosts, protocols));
  expect(holesOf(view)).toEqual(holesInTruth(lab.truth.hosts));
  expectNothingOfAbsent(lab, run);
}

function expectNothingOfAbsent(lab: Lab, run: number): void {
  const live = new Set(lab.truth.hosts.map((host) => host.address));
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

  it("finds what is open over TCP and UDP and every firewall hole, and finds the same again without a change", async () => {
    const ports = await topTcp(1000, UDP);
    await withLab(["--hosts", "8", "--seed", "21", "--udp", "3"], async (lab) => {
      for (const run of [1, 2]) {
        const ended = await lab.portreeve("scan", lab.truth.network, "-p", ports, "--rate", "4000");
        expect(ended.stderr).toBe("");
        expect(ended.code).toBe(0);
        expectTruth(lab, run, ["tcp", "udp"]);
        expect(lab.runs()[0]).toMatchObject({ id: run, outcome: "complete", coverage: 1 });
      }
      expect(changesOf(lab.view(2))).toEqual([]);
      expect(lab.view(2).changes).toEqual([]);
    });
  }, 180_000);
});
