/** As an ordinary user: with CAP_NET_RAW the same answers as root, without it fewer of them and a word about it. */
import { describe, expect, it } from "vitest";
import {
  closedOn,
  holesInTruth,
  holesOf,
  isRoot,
  type Lab,
  openInTruth,
  openOf,
  topTcp,
  until,
  whyNoLab,
  withLab,
} from "./lab.js";

const reason = isRoot ? whyNoLab() : "only root can run a command as another user";
const QUICK = ["--rate", "4000", "--no-identify"];

/** Packets that left the scanner's namespace, raw ones too. */
async function sentBy(lab: Lab): Promise<number> {
  const line = /eth0:(.*)/.exec(await lab.shell("cat /proc/net/dev"))?.[1] ?? "";
  return Number(line.trim().split(/\s+/)[9]);
}

describe.skipIf(reason !== null)(`an ordinary user${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  it("sweeps with SYN given CAP_NET_RAW, and its nmaps end with Ctrl-C", async () => {
    await withLab(["--hosts", "4", "--seed", "14", "--udp", "2", "--uid", "1000"], async (lab) => {
      const { hosts } = lab.truth;
      const targets = hosts.map((host) => host.address);
      expect((await lab.shell("id -u")).trim()).toBe("1000");
      const ended = await lab.portreeve("scan", ...targets, "-p", await topTcp(1000, "U:53,123"), ...QUICK);
      expect(ended).toMatchObject({ code: 0, stderr: "" });
      expect(lab.view(1).run).toMatchObject({ method: "raw", outcome: "complete" });
      expect(openOf(lab.view(1)).filter((port) => port.endsWith("/tcp"))).toEqual(openInTruth(hosts));
      expect(holesOf(lab.view(1))).toEqual(holesInTruth(hosts));

      const running = await lab.startPortreeve("scan", ...targets, "--rate", "300");
      await until(
        async () => (await lab.nmaps()).some(({ argv }) => argv.includes("-sS")),
        20_000,
        "a sweep",
      );
      await running.signal("SIGINT");
      expect(await running.ended).toMatchObject({ code: 130 });
      expect(await lab.nmaps()).toEqual([]);
    });
  }, 90_000);

  it("sweeps by connect() without it, says so, and calls nothing closed", async () => {
    const options = ["--hosts", "5", "--seed", "14", "--udp", "0", "--uid", "1000", "--no-caps"];
    await withLab(options, async (lab) => {
      const { hosts } = lab.truth;
      const targets = hosts.map((host) => host.address);
      const ended = await lab.portreeve("scan", ...targets, "-p", await topTcp(1000, ""), ...QUICK, "-v");
      expect(ended.stderr).toContain("TCP by connect() instead of SYN (user 1000 has no CAP_NET_RAW)");
      expect(ended.stderr).toContain("UDP is not covered");
      expect(ended.code).toBe(0);
      const view = lab.view(1);
      expect(view.run).toMatchObject({ method: "connect", outcome: "complete" });
      expect(openOf(view)).toEqual(openInTruth(hosts));
      for (const host of view.hosts) expect(closedOn(host)).toEqual([]);
      expect(holesOf(view)).toEqual([]);
    });
  }, 90_000);

  it("is refused UDP asked for by name, before a packet is sent", async () => {
    await withLab(["--hosts", "1", "--uid", "1000", "--no-caps"], async (lab) => {
      const before = await sentBy(lab);
      const ended = await lab.portreeve("scan", lab.truth.network, "-p", "T:22,U:53");
      expect(ended.code).toBe(64);
      expect(ended.stderr).toContain("UDP cannot be scanned by connect()");
      expect(await sentBy(lab)).toBe(before);
      // The measure measures.
      await lab.portreeve("scan", ...lab.truth.hosts.map((host) => host.address), "-p", "T:22", ...QUICK);
      expect(await sentBy(lab)).toBeGreaterThan(before + 10);
    });
  }, 60_000);

  it("finds a host behind default-drop by its answer to ping, and says nothing of one that answers none", async () => {
    const bare = ["--drop", "1", "--services", "0", "--holes", "0", "--udp", "0"];
    await withLab(["--hosts", "2", ...bare, "--uid", "1000", "--no-caps"], async (lab) => {
      const { hosts } = lab.truth;
      await lab.portreeve("scan", ...hosts.map((host) => host.address), "-p", "22,80", ...QUICK);
      const alive = lab.view(1).hosts.filter((host) => host.presence === "alive");
      expect(alive.map(({ address, aliveReason }) => [address, aliveReason])).toEqual(
        hosts.filter((host) => host.answersPing).map((host) => [host.address, "echo-reply"]),
      );
      expect(alive).toHaveLength(1);
    });
  }, 60_000);
});
