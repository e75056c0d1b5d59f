/** What becomes of findings from run to run: proof, silence, an edited profile, an exception, and an owner from a list. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Lab, type TruthHost, whyNoLab, withLab } from "./lab.js";

const reason = whyNoLab();

interface Row {
  readonly fingerprint: string;
  readonly rule: string;
  readonly status: string;
  readonly severity: string;
  readonly address: string;
  readonly port: number | null;
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  readonly carried: string | null;
}

function lastOpen(host: TruthHost, fromEnd = 1): number {
  const port = host.tcp.open.at(-fromEnd);
  if (port === undefined) throw new Error(`${host.address} has too few services: take another seed`);
  return port;
}

/** Every open port of the lab is allowed, but those of `unexpected`. */
function profileFor(hosts: readonly TruthHost[], unexpected: readonly string[], rest = ""): string {
  const groups = hosts.map(({ address, tcp }) => {
    const allowed = tcp.open.filter((port) => !unexpected.includes(`${address} ${port}`));
    return `  - id: host-${address.replaceAll(".", "-")}
    match: { address: ${address} }
    owner: platform
    allowed: [${[...allowed, ...tcp.holes].map((port) => `${port}/tcp`).join(", ")}]`;
  });
  return `# the lab\nversion: 1\ndefaults: { high_risk: [] }\ngroups:\n${groups.join("\n")}\n${rest}`;
}

async function findings(lab: Lab, ...args: string[]): Promise<Row[]> {
  const { stdout, stderr } = await lab.portreeve("findings", "list", ...args, "--format", "json");
  expect(stderr).toBe("");
  return JSON.parse(stdout).rows;
}

describe.skipIf(reason !== null)(
  `the life of findings${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    it("tells proof, silence, an edited profile and an exception apart", async () => {
      await withLab(["--hosts", "6", "--seed", "3", "--udp", "0", "--services", "5"], async (lab) => {
        const { hosts } = lab.truth;
        const file = join(lab.folder, "profile.yaml");
        const accepting = hosts.filter((host) => host.kind === "default-accept");
        const [stopped, refusing] = accepting;
        const silenced = hosts.find((host) => host.kind === "default-drop" && host.answersPing);
        if (stopped === undefined || refusing === undefined || silenced === undefined)
          throw new Error("seed");
        const ports = [...new Set(hosts.flatMap(({ tcp }) => [...tcp.open, ...tcp.holes]))].join(",");
        const cells = {
          stopped: `${stopped.address} ${lastOpen(stopped)}`,
          refused: `${refusing.address} ${lastOpen(refusing)}`,
          silent: `${silenced.address} ${lastOpen(silenced)}`,
          edited: `${stopped.address} ${lastOpen(stopped, 2)}`,
          accepted: `${refusing.address} ${lastOpen(refusing, 2)}`,
        };
        const unexpected = Object.values(cells);
        const scan = (...more: string[]) =>
          lab.portreeve(
            ...["scan", ...hosts.map((host) => host.address), "-p", ports, "--rate", "4000", "--no-identify"],
            ...["--profile", file, "--operator", "li.wei", ...more],
          );
        const statusOf = async (cell: string, rule = "unexpected-open") => {
          const rows = (await findings(lab)).filter((row) => row.rule === rule);
          return rows.find(({ address, port }) => `${address} ${port}` === cell)?.status ?? "unknown";
        };

        writeFileSync(file, profileFor(hosts, unexpected));
        expect(await scan("--fail-on", "medium")).toMatchObject({ code: 2 });
        const first = await findings(lab);
        expect(
          first.map(({ address, port, rule, status }) => `${address} ${port} ${rule} ${status}`).sort(),
        ).toEqual(unexpected.map((cell) => `${cell} unexpected-open open`).sort());

        // Somebody accepts one; the profile keeps its comments and its order.
        const target = first.find(({ address, port }) => `${address} ${port}` === cells.accepted);
        const before = readFileSync(file, "utf8");
        const accepted = await lab.portreeve(
          ...[
            "findings",
            "accept",
            target?.fingerprint ?? "",
            "--owner",
            "li.wei",
            "--reason",
            "旧系统: until #4711",
          ],
          ...["--expires", "2099-12-31", "--ticket", "CHG-4711", "--profile", file, "--yes"],
        );
        expect(accepted.code).toBe(0);
        expect(accepted.stdout + accepted.stderr).toMatch(/^\+.*CHG-4711/m);
        expect(readFileSync(file, "utf8").startsWith(before.trimEnd())).toBe(true);
        expect(await statusOf(cells.accepted)).toBe("accepted");

        // One port resets, one is refused, one turns silent, and one line of the profile changes.
        await lab.filter(stopped.address, `tcp dport ${lastOpen(stopped)} reject with tcp reset`);
        await lab.filter(
          refusing.address,
          `tcp dport ${lastOpen(refusing)} reject with icmp type admin-prohibited`,
        );
        await lab.filter(silenced.address, `tcp dport ${lastOpen(silenced)} drop`);
        const exception = readFileSync(file, "utf8").slice(before.length);
        writeFileSync(
          file,
          profileFor(
            hosts,
            unexpected.filter((cell) => cell !== cells.edited),
            exception,
          ),
        );
        const second = await scan("--fail-on", "medium", "--format", "json");
        expect(second.code).toBe(2);
        const judged = JSON.parse(second.stdout);
        expect(
          judged.findings
            .map((row: Row) => [`${row.address} ${row.port}`, row.status, row.carried !== null])
            .sort(),
        ).toEqual(
          [
            [cells.accepted, "accepted", false],
            [cells.silent, "open", true],
          ].sort(),
        );
        expect(await statusOf(cells.stopped)).toBe("closed");
        expect(await statusOf(cells.refused)).toBe("silenced");
        expect(await statusOf(cells.edited)).toBe("profile-changed");
        expect(await statusOf(cells.silent)).toBe("open");

        // Silent in a second covering run: it leaves --fail-on, and nobody calls it closed.
        expect(await scan("--fail-on", "medium")).toMatchObject({ code: 0 });
        expect(await statusOf(cells.silent)).toBe("silenced");

        // A scan by hand, without a profile, settles nothing.
        await lab.portreeve("scan", refusing.address, "-p", ports, "--rate", "4000", "--no-identify");
        expect(await statusOf(cells.accepted)).toBe("accepted");

        // The exception ends: the finding is back, and so is the tale of who let it be.
        writeFileSync(file, readFileSync(file, "utf8").replace("2099-12-31", "2026-01-31"));
        expect(await scan("--fail-on", "medium")).toMatchObject({ code: 2 });
        expect(await statusOf(cells.accepted)).toBe("open");
        expect(await statusOf(cells.accepted, "exception-expired")).toBe("open");

        // The first run is still judged by what it was judged by, and by what its day knew.
        const again = JSON.parse((await lab.portreeve("check", "--run", "1", "--format", "json")).stdout);
        expect(again.findings.map((row: Row) => row.fingerprint).sort()).toEqual(
          first.map((row) => row.fingerprint).sort(),
        );

        const shown = await lab.portreeve("findings", "show", (target?.fingerprint ?? "").slice(0, 8));
        expect(shown.stdout).toMatch(/CHG-4711[\s\S]*open → accepted/);
        expect(shown.stdout).toContain("li.wei");
      });
    }, 180_000);

    it("takes owner, system and tags of an asset list to every row", async () => {
      await withLab(["--hosts", "4", "--seed", "5", "--udp", "0"], async (lab) => {
        const [owned, other] = lab.truth.hosts;
        if (owned === undefined || other === undefined) throw new Error("seed");
        const list = join(lab.folder, "netbox.csv");
        writeFileSync(
          list,
          `IP Address,VRF,Status,Role,Tenant,DNS Name,Tags\n${owned.address}/24,,Active,,网络组,shop.example,"dmz,shop"\n198.18.99.99/24,,Active,,nobody,,\n`,
        );
        const file = join(lab.folder, "profile.yaml");
        writeFileSync(
          file,
          "version: 1\ngroups:\n  - { id: shops, match: { tags: shop }, owner: unreviewed, allowed: [9/tcp] }\n",
        );
        const imported = await lab.portreeve("assets", "import", list);
        expect(imported.code).toBe(0);
        await lab.portreeve("scan", owned.address, other.address, "--rate", "4000", "--profile", file);
        const rows = (await findings(lab, "--host", owned.address)).filter(
          ({ rule }) => rule === "unexpected-open" || rule === "forbidden-open",
        );
        expect(rows.length).toBe(owned.tcp.open.length);
        for (const row of rows) expect(row).toMatchObject({ owner: "网络组", tags: ["dmz", "shop"] });
        const unowned = JSON.parse((await lab.portreeve("query", "unowned", "--format", "json")).stdout).rows;
        expect(new Set(unowned.map((row: Row) => row.address))).toEqual(new Set([other.address]));
        expect((await lab.portreeve("query", "open", "--format", "csv")).stdout).toContain("网络组");
        // The host that the tag does not name is unknown to the profile.
        expect((await findings(lab, "--rule", "host-unknown")).map((row) => row.address)).toEqual([
          other.address,
        ]);
      });
    }, 120_000);
  },
);
