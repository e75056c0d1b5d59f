/** What must not be sent: nothing to an excluded address, no data to a printer port. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Lab, whyNoLab, withLab } from "./lab.js";

const reason = whyNoLab();

/** Listens on 127.0.0.1, answers whoever sends something, and writes down what came: `port bytes` a line. */
const LISTENER = `
const { createServer } = require("node:net");
const { appendFileSync } = require("node:fs");
const [file, ...ports] = process.argv.slice(1);
for (const port of ports) createServer((socket) => {
  appendFileSync(file, port + " 0\\n");
  socket.on("error", () => undefined);
  socket.on("data", (data) => {
    appendFileSync(file, port + " " + data.length + "\\n");
    socket.end("HTTP/1.0 200 OK\\r\\nServer: nginx\\r\\n\\r\\n");
  });
}).listen(Number(port), "127.0.0.1");
setTimeout(() => console.log("late"), 120000);
`;

describe.skipIf(reason !== null)(`limits of a scan${reason === null ? "" : ` (skipped: ${reason})`}`, () => {
  it("sends an excluded host not one packet", async () => {
    await withLab(["--hosts", "4", "--seed", "3", "--udp", "0", "--on-link"], async (lab) => {
      const [byFlag, byFile, ...others] = lab.truth.hosts;
      if (byFlag === undefined || byFile === undefined) throw new Error("the lab has too few hosts");
      for (const host of lab.truth.hosts) await countArrivals(lab, host.address);
      const list = join(lab.folder, "leave-alone.txt");
      writeFileSync(list, `# printers\n${byFile.address}\n`);
      const ended = await lab.portreeve(
        ...["scan", lab.truth.network, "-Pn", "--exclude", byFlag.address, "--exclude-file", list],
        ...["-p", "22,80,443", "--rate", "4000", "--no-identify"],
      );
      expect(ended.code).toBe(0);
      expect(await arrivalsAt(lab, byFlag.address)).toBe(0);
      expect(await arrivalsAt(lab, byFile.address)).toBe(0);
      for (const host of others) expect(await arrivalsAt(lab, host.address)).toBeGreaterThan(2);
    });
  }, 60_000);

  it("reports an open printer port and sends it no data unless asked", async () => {
    await withLab(["--hosts", "1"], async (lab) => {
      const heard = join(lab.folder, "heard.txt");
      const bytesAt = async (port: number) =>
        (await lab.shell(`cat ${heard}`))
          .split("\n")
          .filter((line) => line.startsWith(`${port} `))
          .reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
      await lab.start([process.execPath, "-e", LISTENER, heard, "9100", "515", "8080"]);
      await lab.shell(
        `touch ${heard}; for i in $(seq 50); do ss -tln | grep -q :8080 && break; sleep 0.1; done`,
      );
      const ended = await lab.portreeve("scan", "127.0.0.1", "-p", "515,8080,9100,9101");
      expect(ended.code).toBe(0);
      const [host] = lab.view(1).hosts;
      expect(host?.ports.map((row) => [row.port, row.proof, row.service?.name ?? null])).toEqual([
        [515, "open", null],
        [8080, "open", "http"],
        [9100, "open", null],
      ]);
      expect(await bytesAt(8080)).toBeGreaterThan(0);
      expect(await bytesAt(9100)).toBe(0);
      expect(await bytesAt(515)).toBe(0);

      await lab.portreeve("scan", "127.0.0.1", "-p", "515,9100", "--identify-fragile-ports");
      expect(await bytesAt(515)).toBeGreaterThan(0);
      expect(await bytesAt(9100)).toBeGreaterThan(0);
    });
  }, 60_000);
});

/** Counts what reaches the host's link, ARP requests for it too: at the device, before any other rule. */
async function countArrivals(lab: Lab, address: string): Promise<void> {
  const file = join(lab.folder, `count-${address}.nft`);
  writeFileSync(
    file,
    `table netdev arrivals {\nchain in {\ntype filter hook ingress device eth0 priority -100;\n` +
      `ether type ip ip daddr ${address} counter\narp daddr ip ${address} counter\n}\n}\n`,
  );
  await lab.shell(`${enter(lab, address)} nft -f ${file}`);
}

async function arrivalsAt(lab: Lab, address: string): Promise<number> {
  const listed = await lab.shell(`${enter(lab, address)} nft list table netdev arrivals`);
  const counts = [...listed.matchAll(/counter packets (\d+)/g)].map((match) => Number(match[1]));
  expect(counts).toHaveLength(2);
  return counts.reduce((sum, count) => sum + count, 0);
}

function enter(lab: Lab, address: string): string {
  return `nsenter --net=/proc/${Object.entries(lab.pidOf).find(([host]) => host === address)?.[1]}/ns/net`;
}
