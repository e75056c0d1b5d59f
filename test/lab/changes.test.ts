/** What a second run may say of hosts that changed in between: each kind of change, and nothing that was not proved. */
import { describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { changesOf, closedOn, hostOf, type TruthHost, topTcp, whyNoLab, withLab } from "./lab.js";

const reason = whyNoLab();

/** An open port that discovery does not need, so that the host is heard without it. */
function lastOpen(host: TruthHost): number {
  const port = host.tcp.open.at(-1);
  if (port === undefined || host.tcp.open.length < 2) throw new Error(`${host.address} has too few services`);
  return port;
}

function pick(hosts: readonly TruthHost[], ok: (host: TruthHost) => boolean): TruthHost {
  const host = hosts.find(ok);
  if (host === undefined) throw new Error("the lab has no such host: take another seed");
  return host;
}

describe.skipIf(reason !== null)(
  `changes between runs${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    it("names each change by what proved it, and none for a run that did not ask", async () => {
      const ports = await topTcp(1000, "");
      await withLab(["--hosts", "6", "--seed", "3", "--udp", "0", "--services", "5"], async (lab) => {
        const { hosts } = lab.truth;
        const scan = (...more: string[]) =>
          lab.portreeve("scan", ...hosts.map((h) => h.address), "--rate", "4000", "--no-identify", ...more);
        expect(await scan("-p", ports)).toMatchObject({ code: 0, stderr: "" });

        const accepting = hosts.filter((host) => host.kind === "default-accept");
        const dropping = hosts.filter((host) => host.kind === "default-drop" && host.answersPing);
        const stopped = pick(accepting, () => true);
        const refusing = pick(accepting, (host) => host !== stopped);
        const silenced = pick(dropping, () => true);
        const gone = pick(dropping, (host) => host !== silenced);
        await lab.filter(stopped.address, `tcp dport ${lastOpen(stopped)} reject with tcp reset`);
        await lab.filter(
          refusing.address,
          `tcp dport ${lastOpen(refusing)} reject with icmp type admin-prohibited`,
        );
        await lab.filter(silenced.address, `tcp dport ${lastOpen(silenced)} drop`);
        await lab.shell(`nsenter --net=/proc/${lab.pidOf[gone.address]}/ns/net ip link set eth0 down`);

        // Its ports are due and could not be asked: the exit code says so.
        expect(await scan("-p", ports)).toMatchObject({ code: 3, stderr: "" });
        const second = lab.view(2);
        const told = [
          `closed ${stopped.address} ${lastOpen(stopped)}`,
          `refused ${refusing.address} ${lastOpen(refusing)}`,
          `went-silent ${silenced.address} ${lastOpen(silenced)}`,
          `host-vanished ${gone.address}`,
        ].sort();
        expect(changesOf(second)).toEqual(told);
        expect(second.changes).toHaveLength(told.length);
        expect(second.run.outcome).toBe("partial");
        expect(hostOf(second, gone.address)?.presence).toBe("vanished");
        expect(closedOn(hostOf(second, gone.address))).toEqual([]);
        expect(closedOn(hostOf(second, silenced.address))).not.toContain(`${lastOpen(silenced)}/tcp`);

        // Fewer ports: the others are neither confirmed nor changed.
        const asked = "22,80";
        await scan("-p", asked);
        expect(lab.view(3).changes).toEqual([]);
        const openNow = async (address: Address) =>
          JSON.parse((await lab.portreeve("query", "open", "--host", address, "--format", "json")).stdout)
            .rows.map((row: { port: number }) => row.port)
            .sort((a: number, b: number) => a - b);
        expect(await openNow(gone.address)).toEqual(gone.tcp.open);
        expect(await openNow(stopped.address)).toEqual(stopped.tcp.open.slice(0, -1));
      });
    }, 120_000);
  },
);
