/** Runs that are broken off and gone on with, watched and stopped from elsewhere, and stopped by the harm they do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { countPorts, emptyPortSet, intersectPorts, unionPorts } from "../../src/scope/portSet.js";
import {
  changesOf,
  type Lab,
  openInTruth,
  openLab,
  openOf,
  type Running,
  topTcp,
  until,
  whyNoLab,
} from "./lab.js";

const reason = whyNoLab();
const SLOW = ["--rate", "300", "--no-identify", "--no-names"];
const isSweep = ({ argv }: { argv: readonly string[] }) => argv.includes("-sS") && argv.includes("-p");

/** Each first-pass cell that a whole shard asked, at most once in all sittings. */
function expectNothingAskedTwice(lab: Lab, run: number): void {
  const asked = new Map<Address, typeof emptyPortSet>();
  for (const shard of lab.read((store) => store.shardsOf(run))) {
    if (shard.state !== "done" || shard.stage !== "sweep" || shard.pass !== 1) continue;
    for (const address of shard.addresses) {
      const before = asked.get(address) ?? emptyPortSet;
      expect(countPorts(intersectPorts(before, shard.ports)), `${address} in ${shard.id}`).toBe(0);
      asked.set(address, unionPorts(before, shard.ports));
    }
  }
  expect(asked.size).toBeGreaterThan(0);
}

describe.skipIf(reason !== null)(
  `the control of a run${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    let lab: Lab;
    let close = async () => {};
    let scanArgs: string[] = [];
    beforeAll(async () => {
      ({ lab, close } = await openLab(["--hosts", "4", "--seed", "4", "--udp", "0"]));
      const open = lab.truth.hosts.flatMap((host) => host.tcp.open).join();
      scanArgs = ["scan", ...lab.truth.hosts.map((host) => host.address), "-p", await topTcp(250, open)];
      expect(await lab.portreeve(...scanArgs, "--rate", "4000", "--no-identify")).toMatchObject({ code: 0 });
    });
    afterAll(() => close());

    const startScan = (...more: string[]) => lab.startPortreeve(...scanArgs, ...more);
    const newest = () => lab.runs()[0];
    const sweeping = () =>
      until(async () => (await lab.nmaps()).some(isSweep), 20_000, "a sweep is on its way");

    /** Complete, all of the truth in it, under the number it began with. */
    function expectWhole(id: number): void {
      expect(newest()).toMatchObject({ id, outcome: "complete", coverage: 1, why: null });
      expect(openOf(lab.view(id))).toEqual(openInTruth(lab.truth.hosts));
      expect(changesOf(lab.view(id))).toEqual([]);
      expectNothingAskedTwice(lab, id);
    }

    it("goes on after kill -9 at any moments, under its number, and asks only what was not finished", async () => {
      let running = await startScan(...SLOW);
      await until(() => newest()?.id === 2, 20_000, "the run has begun");
      for (const [kills, wait] of [1500, 2500, 800].entries()) {
        await new Promise((done) => setTimeout(done, wait * (0.7 + 0.6 * Math.random())));
        await running.signal("SIGKILL");
        await running.ended;
        running = await lab.startPortreeve("scan", "--resume", "2");
        const begun = () => lab.read((store) => store.sittingsOf(2)).length === kills + 2;
        await until(begun, 20_000, "it goes on");
      }
      expect(await running.ended).toMatchObject({ code: 0 });
      expectWhole(2);
      const sittings = lab.read((store) => store.sittingsOf(2));
      expect(sittings).toHaveLength(4);
      expect(sittings[0]?.why).toMatch(/its process .* died/);
      expect((await lab.portreeve("scan", "--resume", "2")).stderr).toMatch(/run 2 is complete/);
    }, 120_000);

    it("lets the nmaps in flight end at the first Ctrl-C, and goes on from there", async () => {
      const id = (newest()?.id ?? 0) + 1;
      const running = await startScan(...SLOW);
      await sweeping();
      await running.signal("SIGINT");
      const ended = await running.ended;
      expect(ended).toMatchObject({ code: 130 });
      expect(ended.stderr).toContain("the nmaps in flight end first");
      expect(ended.stderr).toContain(`portreeve scan --resume ${id}`);
      expect(newest()).toMatchObject({ outcome: "interrupted", why: "stopped by SIGINT" });
      expect(lab.read((store) => store.shardsOf(id)).map(({ state }) => state)).not.toContain("failed");
      const resumed = await lab.portreeve("scan", "--resume", String(id));
      expect(resumed).toMatchObject({ code: 0 });
      expect(resumed.stderr).toMatch(/goes on: \d+ shards? of it are kept/);
      expectWhole(id);
    }, 120_000);

    it("ends them at once at the second", async () => {
      const id = (newest()?.id ?? 0) + 1;
      // So slow that those in flight would take far longer than the bound below.
      const running = await startScan("--rate", "40", "--no-identify", "--no-names");
      await sweeping();
      await running.signal("SIGINT");
      // Two signals within a millisecond are one to a process that has not run in between; people are slower.
      const isHeard = () => lab.read((store) => store.runProgress(id))?.stopping === "finish";
      await until(isHeard, 10_000, "the first is heard");
      expect((await lab.nmaps()).some(isSweep)).toBe(true);
      const before = Date.now();
      await running.signal("SIGINT");
      expect(await running.ended).toMatchObject({ code: 130 });
      expect(Date.now() - before).toBeLessThan(8000);
      expect(lab.read((store) => store.shardsOf(id)).map((shard) => shard.ended)).toContain("cancelled");
      expect(await lab.nmaps()).toEqual([]);
    }, 60_000);

    it("leaves out what is excluded now, and changes nothing else of what was asked", async () => {
      const id = (newest()?.id ?? 0) + 1;
      const running = await startScan(...SLOW);
      await sweeping();
      await running.signal("SIGTERM");
      await running.ended;
      const other = await lab.portreeve("scan", "127.0.0.1", "--resume", String(id));
      expect(other).toMatchObject({ code: 64 });
      expect(other.stderr).toContain("127.0.0.1 cannot be changed");
      const left = lab.truth.hosts[0]?.address as Address;
      const resumed = await lab.portreeve(
        "scan",
        "--resume",
        String(id),
        "--exclude",
        left,
        "--rate",
        "2000",
      );
      expect(resumed.code).toBe(0);
      const later = lab.read((store) => store.shardsOf(id)).filter((shard) => shard.id.endsWith("/2"));
      expect(later.length).toBeGreaterThan(0);
      expect(later.flatMap(({ addresses }) => addresses)).not.toContain(left);
    }, 60_000);

    it("is followed from another terminal while its own is gone, and stopped from there", async () => {
      const id = (newest()?.id ?? 0) + 1;
      const line = lab.commandLine(...scanArgs, ...SLOW, "--rate", "100").join(" ");
      const terminal = await lab.start(["script", "-qfec", line, "/dev/null"]);
      await sweeping();
      await terminal.signal("SIGKILL");
      const watcher: Running = await lab.startPortreeve("runs", "attach", "--format", "json");
      await new Promise((done) => setTimeout(done, 4000));
      expect(newest()).toMatchObject({ id, outcome: "running" });
      const asked = Date.now();
      const stop = await lab.portreeve("runs", "stop", String(id));
      expect(stop).toMatchObject({ code: 0 });
      expect(stop.stderr).toMatch(/run \d+ (stops: \d+ nmaps? (is|are) in flight|ended interrupted)/);
      expect(Date.now() - asked).toBeLessThan(6000);
      if (newest()?.outcome === "running")
        expect(await lab.portreeve("runs", "stop", "--now")).toMatchObject({ code: 0 });
      const watched = await watcher.ended;
      expect(watched.code).toBe(0);
      const lines = watched.stdout
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text));
      expect(lines[0]).toMatchObject({ run: id, outcome: "running" });
      expect(lines.some(({ stage, cellsTotal }) => stage === "sweep" && cellsTotal > 0)).toBe(true);
      expect(lines.at(-1)).toMatchObject({ outcome: "interrupted", why: "stopped by portreeve runs stop" });
      const ports = lines.flatMap(({ newOpen }) =>
        newOpen.map((each: { address: string; port: number }) => `${each.address} ${each.port}/tcp`),
      );
      expect(ports.sort()).toEqual(openOf(lab.view(id)));
      expect((await lab.portreeve("runs", "stop", String(id))).stderr).toMatch(
        /is not going on: it ended interrupted/,
      );
      expect((await lab.portreeve("runs", "attach")).code).toBe(64);
    }, 60_000);

    it("stops itself where hosts fall silent under it, and heads with them", async () => {
      const victim = lab.truth.hosts.find(({ tcp }) => tcp.closed === "reset");
      expect(victim).toBeDefined();
      // It answers for a while, and then nothing any more, as a host that was knocked over.
      await lab.filter(victim?.address as Address, "quota over 20 kbytes drop");
      const ended = await lab.portreeve(
        ...scanArgs,
        "-p",
        "1-6000",
        "--rate",
        "1000",
        "--no-identify",
        "--no-names",
        "--stop-if-silent",
        "1",
      );
      expect(ended.code).toBe(130);
      expect(newest()?.why).toContain(`1 host fell silent while swept (${victim?.address})`);
      expect(newest()?.silenced.map(({ address }) => address)).toEqual([victim?.address]);
    }, 60_000);
  },
);
