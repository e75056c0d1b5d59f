/** Answers of whoever answers for everybody: seen, kept, flagged, and believed by nobody. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hostOf, isRoot, type Lab, topTcp, whyNoLab, withLab } from "./lab.js";

const reason = isRoot ? whyNoLab() : "it needs root";

describe.skipIf(reason !== null)(`disbelief${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  it("keeps the ports of a tarpit, flagged: no finding, no exit code, and the other hosts as ever", async () => {
    await withLab(
      ["--hosts", "2", "--drop", "0", "--reject", "0", "--seed", "5", "--udp", "0"],
      async (lab) => {
        const [tarpit, server] = lab.truth.hosts;
        if (tarpit === undefined || server === undefined) throw new Error("the lab has too few hosts");
        const rules = join(lab.folder, "tarpit.nft");
        writeFileSync(
          rules,
          `table ip tarpit {\nchain in {\ntype nat hook prerouting priority -100;\ntcp dport 1-65535 redirect to :${tarpit.tcp.open[0]}\n}\n}\n`,
        );
        await lab.shell(`nsenter --net=/proc/${lab.pidOf[tarpit.address]}/ns/net nft -f ${rules}`);
        const profile = join(lab.folder, "profile.yaml");
        writeFileSync(
          profile,
          "version: 1\ngroups:\n  - id: all\n    match: { address: 198.18.20.0/24 }\n    owner: team-a\n",
        );
        const ended = await lab.portreeve(
          ...["scan", tarpit.address, server.address, "-p", await topTcp(200, ""), "--rate", "4000"],
          ...["--profile", profile, "--fail-on", "info", "--format", "json"],
        );
        const summary = JSON.parse(ended.stdout);
        expect(summary.disbelieved).toMatchObject([{ place: tarpit.address, flag: "tarpit" }]);
        expect(summary.recall.source).toMatch(/ witnesses$|not measured/);
        const findings = summary.findings as { address: string; rule: string }[];
        expect(
          findings.filter(({ address, rule }) => address === tarpit.address && rule !== "host-unknown"),
        ).toEqual([]);
        const rows = lab.read((store) => store.openRows({ hosts: [tarpit.address] }));
        expect(rows).toHaveLength(200);
        expect(new Set(rows.map(({ confidence }) => confidence))).toEqual(new Set(["tarpit"]));
        const asked = new Set((await topPortsOf(lab)).split(","));
        const real = hostOf(lab.view(1), server.address)?.ports.filter(({ state }) => state === "open") ?? [];
        expect(real.map(({ port }) => port)).toEqual(
          server.tcp.open.filter((port) => asked.has(String(port))),
        );
        expect(real.every(({ confidence }) => confidence === "confirmed")).toBe(true);
        const shown = await lab.portreeve("runs", "show", "1");
        expect(shown.stdout).toContain(`${tarpit.address} (tarpit): all 200 TCP ports asked are open`);
      },
    );
  }, 120_000);

  it("believes nobody alive and nothing closed where a box resets for every address of the net", async () => {
    await withLab(
      ["--hosts", "3", "--drop", "0", "--reject", "0", "--seed", "6", "--udp", "0"],
      async (lab) => {
        const [box, ...others] = lab.truth.hosts;
        if (box === undefined) throw new Error("the lab has no host");
        await resetForAll(lab, box.address);
        const ended = await lab.portreeve(
          ...["scan", lab.truth.network, "-p", "21,22,23,80,443", "--rate", "5000", "--format", "json"],
        );
        const summary = JSON.parse(ended.stdout);
        expect(summary.disbelieved).toMatchObject([{ place: "198.18.20.0/24", flag: "middlebox" }]);
        const alive = lab.view(1).hosts.filter(({ presence }) => presence === "alive");
        const live = new Set<string>(lab.truth.hosts.map(({ address }) => address));
        // The router is one of the net, and answers for itself.
        expect(
          alive.map(({ address }) => address).filter((address) => !live.has(address)).length,
        ).toBeLessThan(2);
        for (const { address } of others) expect(alive.map((host) => host.address)).toContain(address);
      },
    );
  }, 120_000);
});

async function topPortsOf(lab: Lab): Promise<string> {
  const text = lab.runs()[0]?.ports.replace(/^T:/, "") ?? "";
  return text
    .split(",")
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
    })
    .join(",");
}

/** The host takes every absent address of the net for its own, and resets whatever is sent there. */
async function resetForAll(lab: Lab, address: string): Promise<void> {
  const taken = new Set<string>(lab.truth.hosts.map((host) => host.address));
  const [pid] = Object.entries(lab.pidOf).flatMap(([host, pid]) => (host === address ? [pid] : []));
  const routes = Array.from({ length: 256 }, (_, last) => `198.18.20.${last}`)
    .filter((each) => !taken.has(each) && !/\.(1|254|255|0)$/.test(each))
    .map((each) => `route add local ${each}/32 dev lo`);
  const batch = join(lab.folder, "routes.txt");
  writeFileSync(batch, `${routes.join("\n")}\n`);
  await lab.shell(`nsenter --net=/proc/${pid}/ns/net ip -batch ${batch}`);
  await lab.filter(
    address as never,
    `ip daddr != ${address} meta l4proto tcp reject with tcp reset\nip daddr != ${address} drop`,
  );
}
