/** `--connect`: a refusal may be a filter's everywhere but on loopback. */
import { describe, expect, it } from "vitest";
import { closedOn, expectNothingOfAbsent, openInTruth, openOf, topTcp, whyNoLab, withLab } from "./lab.js";

const reason = whyNoLab();
const QUICK = ["--rate", "4000", "--no-identify"];

describe.skipIf(reason !== null)(
  `a scan by connect()${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    it("finds what is open, calls nothing closed, and sees in a refusal no port that closed", async () => {
      await withLab(["--hosts", "4", "--seed", "9", "--udp", "0", "--services", "5"], async (lab) => {
        const { hosts, absentExamples } = lab.truth;
        const targets = [...hosts.map((host) => host.address), ...absentExamples.slice(0, 2)];
        const scan = async () =>
          lab.portreeve("scan", ...targets, "-p", await topTcp(1000, ""), "--connect", ...QUICK);
        expect(await scan()).toMatchObject({ code: 0, stderr: "" });
        expect(openOf(lab.view(1))).toEqual(openInTruth(hosts));
        for (const host of lab.view(1).hosts) expect(closedOn(host)).toEqual([]);
        expectNothingOfAbsent(lab, 1);

        const host = hosts.find(({ kind }) => kind === "default-accept");
        const port = host?.tcp.open.at(-1);
        if (host === undefined || port === undefined) throw new Error("the lab has no such host");
        await lab.filter(host.address, `tcp dport ${port} reject with tcp reset`);
        expect(await scan()).toMatchObject({ code: 0 });
        expect(lab.view(2).changes).toMatchObject([{ kind: "refused", address: host.address, port }]);
      });
    }, 90_000);

    it("proves closed ports on loopback, where no filter stands between", async () => {
      await withLab(["--hosts", "1"], async (lab) => {
        expect(await lab.portreeve("scan", "127.0.0.1", "-p", "21-25", "--connect")).toMatchObject({
          code: 0,
        });
        const [host] = lab.view(1).hosts;
        expect(closedOn(host)).toEqual(["21/tcp", "22/tcp", "23/tcp", "24/tcp", "25/tcp"]);
      });
    }, 30_000);
  },
);
