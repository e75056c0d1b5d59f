import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { findNmap } from "../../src/nmap/locate.js";
import { parseServiceTable, readServiceTable } from "../../src/nmap/serviceTable.js";
import { makeFakeFolder } from "./fakeNmap.js";

const folder = makeFakeFolder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

describe("nmap's table of services", () => {
  it("is read line by line; comments, other protocols and bad lines are left out", () => {
    const text = [
      "# THIS FILE",
      "tcpmux\t1/tcp\t0.001995\t# TCP Port Service Multiplexer",
      "domain\t53/udp\t0.213496",
      "m3ua\t2905/sctp\t0.000000",
      "icmp\t1/ip\t0.1",
      "big\t70000/tcp\t0.1",
      "#ssh\t22/tcp\t0.1",
      "broken 22",
      "",
    ].join("\n");
    expect(parseServiceTable(text).entries).toEqual([
      { name: "tcpmux", protocol: "tcp", port: 1, frequency: 0.001995 },
      { name: "domain", protocol: "udp", port: 53, frequency: 0.213496 },
      { name: "m3ua", protocol: "sctp", port: 2905, frequency: 0 },
    ]);
  });

  it("that of the installed nmap has more than 20,000 entries", async () => {
    const { entries } = await readServiceTable(await findNmap());
    expect(entries.length).toBeGreaterThan(20_000);
    expect(entries).toContainEqual({
      name: "ssh",
      protocol: "tcp",
      port: 22,
      frequency: expect.closeTo(0.18, 1),
    });
  });

  it("NMAPDIR comes first, then the share folder beside the binary", async () => {
    const share = join(folder.path, "share/nmap");
    mkdirSync(join(folder.path, "bin"), { recursive: true });
    mkdirSync(share, { recursive: true });
    writeFileSync(join(share, "nmap-services"), "mine\t1/tcp\t0.5\n");
    const binary = join(folder.path, "bin/nmap");
    expect((await readServiceTable(binary)).entries).toHaveLength(1);
    vi.stubEnv("NMAPDIR", share);
    expect((await readServiceTable("/usr/bin/nmap")).entries).toHaveLength(1);
  });

  it("a file that cannot be read is an error, not a reason to take another", async () => {
    vi.stubEnv("NMAPDIR", join(folder.path, "odd"));
    mkdirSync(join(folder.path, "odd/nmap-services"), { recursive: true });
    await expect(readServiceTable("/usr/bin/nmap")).rejects.toMatchObject({
      code: "failed",
      hint: expect.any(String),
    });
  });
});
