/** What becomes of nmap when the process that started it is interrupted, killed, or an ordinary user's. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tryDeathSignal } from "../../src/nmap/deathSignal.js";
import { buildRooms } from "./builtRooms.js";
import { isAlive, makeFakeFolder, within } from "./fakeNmap.js";

const folder = makeFakeFolder();
const rooms = buildRooms();
afterAll(() => {
  folder.remove();
  rooms.remove();
});

const pidFile = join(folder.path, "nmap.pid");
const sleeper = folder.fake(
  "sleeper",
  `echo $$ > ${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 300`,
);
const driver = rooms.script(
  "driver.js",
  `import { runNmap } from "./nmap/runNmap.js";
  const exit = await runNmap({ binary: process.argv[2], argv: [], addresses: ["127.0.0.1"], timeoutMs: 60000, graceMs: 500 });
  console.log(JSON.stringify(exit));`,
);
const canDieTogether = (await tryDeathSignal()).length > 0;

async function startDriver() {
  rmSync(pidFile, { force: true });
  const owner = spawn(process.execPath, [driver, sleeper], { stdio: "ignore" });
  expect(await within(10_000, () => existsSync(pidFile))).toBe(true);
  return { owner, nmap: Number(readFileSync(pidFile, "utf8")) };
}

describe("the process that started nmap", () => {
  it("is ended by Ctrl-C as usual: nothing swallows the signal", async () => {
    const { owner, nmap } = await startDriver();
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      owner.on("exit", (_, signal) => resolve(signal)),
    );
    owner.kill("SIGINT");
    expect(await ended).toBe("SIGINT");
    if (!canDieTogether) process.kill(-nmap, "SIGKILL");
    expect(await within(3000, () => !isAlive(nmap))).toBe(true);
  });

  it.skipIf(!canDieTogether)("takes nmap with it when it is killed with -9", async () => {
    const { owner, nmap } = await startDriver();
    expect(isAlive(nmap)).toBe(true);
    owner.kill("SIGKILL");
    expect(await within(3000, () => !isAlive(nmap))).toBe(true);
  });
});

describe("the death signal", () => {
  it("is left out where setpriv is absent or does not know it", async () => {
    expect(await tryDeathSignal("/nonexistent/setpriv")).toEqual([]);
    expect(
      await tryDeathSignal(folder.fake("old-setpriv", "echo 'unrecognized option' >&2; exit 1")),
    ).toEqual([]);
  });
});

/** Root makes a network of its own and hands one capability to an ordinary user; elsewhere this cannot be tried. */
const asUser = ["-n", "--", "sh", "-c"];
const drop = "setpriv --reuid 1000 --regid 1000 --clear-groups --inh-caps=+net_raw --ambient-caps=+net_raw";
const cannot = whyNotAsUser();

describe.skipIf(cannot !== null)(
  `an ordinary user with CAP_NET_RAW${cannot ? ` (skipped: ${cannot})` : ""}`,
  () => {
    const runAsUser = (script: string, ...args: string[]) => {
      const command = `ip link set lo up && exec ${drop} ${process.execPath} ${script} ${args.join(" ")}`;
      return JSON.parse(
        execFileSync("unshare", [...asUser, command], { encoding: "utf8", cwd: "/", timeout: 60_000 }),
      );
    };

    it("sends raw packets through nmap, behind setpriv, and reads what came back", () => {
      const script = rooms.script(
        "sweep.js",
        `import { createServer } from "node:net";
      import { sweepArgv } from "./nmap/argv.js";
      import { runNmap } from "./nmap/runNmap.js";
      import { parseNmapXml } from "./nmap/parseXml.js";
      import { probePrivilege } from "./nmap/privilege.js";
      import { parseCanonicalPorts } from "./scope/portSet.js";
      const server = createServer().listen(4000, "127.0.0.1");
      const privilege = probePrivilege();
      const argv = sweepArgv({ method: privilege.method, family: 4, ports: parseCanonicalPorts("T:3999-4001,U:4002"),
        rate: 500, minRate: false, hostGroup: 1, privileged: privilege.how === "ambient" });
      const exit = await runNmap({ binary: "/usr/bin/nmap", argv, addresses: ["127.0.0.1"], timeoutMs: 30000, graceMs: 500 });
      const { document } = await parseNmapXml(exit.xml);
      console.log(JSON.stringify({ uid: process.getuid(), privilege, exit, hosts: document?.hosts }));
      server.close();`,
      );
      const seen = runAsUser(script);
      expect(seen).toMatchObject({
        uid: 1000,
        privilege: { method: "raw", how: "ambient" },
        exit: { code: 0, ended: "exited" },
      });
      expect(seen.exit.argv).toContain("--privileged");
      expect(seen.exit.argv[0]).toMatch(canDieTogether ? /setpriv$/ : /nmap$/);
      expect(seen.hosts[0].ports).toMatchObject([
        { port: 3999, state: "closed", reason: "reset", ttl: 64 },
        { port: 4000, state: "open", reason: "syn-ack", ttl: 64 },
        { port: 4001, state: "closed", reason: "reset" },
        { protocol: "udp", port: 4002, state: "closed", reason: "port-unreach" },
      ]);
    });

    it("the watchdog may end what it started", () => {
      const script = rooms.script(
        "watchdog.js",
        `import { sweepArgv } from "./nmap/argv.js";
      import { runNmap } from "./nmap/runNmap.js";
      import { parseCanonicalPorts } from "./scope/portSet.js";
      const argv = sweepArgv({ method: "raw", family: 4, ports: parseCanonicalPorts("T:1-1000"), rate: 10, minRate: false,
        hostGroup: 1, privileged: true });
      const exit = await runNmap({ binary: "/usr/bin/nmap", argv, addresses: ["127.0.0.1"], timeoutMs: 800, graceMs: 500 });
      console.log(JSON.stringify(exit));`,
      );
      expect(runAsUser(script)).toMatchObject({ ended: "timed-out", signal: "SIGTERM" });
    });

    it.skipIf(!canDieTogether)("nmap with the capability still dies with its owner", async () => {
      const pids = join(folder.path, "user.pid");
      const script = rooms.script(
        "die.js",
        `import { readFileSync } from "node:fs";
      import { sweepArgv } from "./nmap/argv.js";
      import { runNmap } from "./nmap/runNmap.js";
      import { parseCanonicalPorts } from "./scope/portSet.js";
      const argv = sweepArgv({ method: "raw", family: 4, ports: parseCanonicalPorts("T:1-1000"), rate: 5, minRate: false,
        hostGroup: 1, privileged: true });
      void runNmap({ binary: "/usr/bin/nmap", argv, addresses: ["127.0.0.1"], timeoutMs: 60000, graceMs: 500,
        onStart: ({ pid }) => setTimeout(() => {
          console.log(JSON.stringify({ pid, name: readFileSync("/proc/" + pid + "/comm", "utf8").trim() }));
          process.kill(process.pid, "SIGKILL");
        }, 1000) });`,
      );
      // The shell outlives its killed child and so lets us read what it printed.
      const command = `ip link set lo up; ${drop} ${process.execPath} ${script} > ${pids}; true`;
      execFileSync("unshare", [...asUser, command], { cwd: "/", timeout: 60_000, stdio: "ignore" });
      const { pid, name } = JSON.parse(readFileSync(pids, "utf8"));
      expect(name).toBe("nmap");
      expect(await within(3000, () => !isAlive(pid))).toBe(true);
    });
  },
);

function whyNotAsUser(): string | null {
  if (process.geteuid?.() !== 0) return "needs root";
  try {
    execFileSync("unshare", [...asUser, `ip link set lo up && ${drop} test -r ${driver}`], {
      cwd: "/",
      stdio: "pipe",
    });
    return null;
  } catch (error) {
    return (
      String((error as { stderr?: Buffer }).stderr ?? error)
        .trim()
        .split("\n")[0] ?? "unshare failed"
    );
  }
}
