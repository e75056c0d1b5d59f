import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { findNmap } from "../../src/nmap/locate.js";
import { parseNmapXml } from "../../src/nmap/parseXml.js";
import { isSameProcess, startTicksOf } from "../../src/nmap/processIdentity.js";
import { type NmapCall, runNmap } from "../../src/nmap/runNmap.js";
import { isAlive, makeFakeFolder, within } from "./fakeNmap.js";

const loopback = "127.0.0.1" as Address;
const folder = makeFakeFolder();
afterAll(() => folder.remove());

function call(binary: string, more: Partial<NmapCall> = {}): NmapCall {
  return { binary, argv: ["-sn"], addresses: [loopback], timeoutMs: 20_000, graceMs: 300, ...more };
}

describe("what nmap left behind is told as it is", () => {
  it("gives the exit code, the output and the command as run", async () => {
    const binary = folder.fake("echo", 'echo "$@"; cat; echo careful >&2; exit 3');
    const exit = await runNmap(
      call(binary, { argv: ["-sn", "-PE"], addresses: [loopback, "::1" as Address] }),
    );
    expect(exit).toMatchObject({ ended: "exited", code: 3, signal: null, stderr: ["careful"] });
    expect(exit.xml).toBe("-oX - -sn -PE -iL -\n127.0.0.1\n::1\n");
    expect(exit.argv.slice(-7)).toEqual([binary, "-oX", "-", "-sn", "-PE", "-iL", "-"]);
    expect(exit.endedAt).toBeGreaterThanOrEqual(exit.startedAt);
  });

  it("gives the signal that ended it, and what it had written", async () => {
    const exit = await runNmap(call(folder.fake("killed", 'echo "<nmaprun>"; kill -9 $$')));
    expect(exit).toMatchObject({ ended: "exited", code: null, signal: "SIGKILL", xml: "<nmaprun>\n" });
  });

  it("keeps a UTF-8 character that comes in two chunks", async () => {
    const exit = await runNmap(call(folder.fake("split", "printf '\\344\\275'; sleep 0.2; printf '\\240'")));
    expect(exit.xml).toBe("你");
  });

  it("keeps only the last 64 KiB of stderr, in lines", async () => {
    const exit = await runNmap(
      call(
        folder.fake(
          "noisy",
          "import sys\nfor i in range(40000): print('warning %06d' % i, file=sys.stderr)",
          "/usr/bin/env python3",
        ),
      ),
    );
    expect(exit.stderr.at(-1)).toBe("warning 039999");
    expect(exit.stderr.join("\n").length).toBeLessThanOrEqual(64 * 1024);
    expect(exit.stderr.length).toBeGreaterThan(3000);
  });

  it("does not wait for, and ends, a child that the finished nmap left behind", async () => {
    const pidFile = join(folder.path, "left.pid");
    const exit = await runNmap(call(folder.fake("leaves", `sleep 300 & echo $! > ${pidFile}; exit 0`)));
    expect(exit).toMatchObject({ ended: "exited", code: 0 });
    expect(exit.endedAt - exit.startedAt).toBeLessThan(5000);
    expect(await within(2000, () => !isAlive(Number(readFileSync(pidFile, "utf8"))))).toBe(true);
  });

  it("survives an nmap that never reads its targets", async () => {
    const addresses = Array.from(
      { length: 60_000 },
      (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` as Address,
    );
    const exit = await runNmap(call(folder.fake("deaf", "exec 0<&-; exit 255"), { addresses }));
    expect(exit).toMatchObject({ ended: "exited", code: 255 });
  });
});

describe("nmap that does not start", () => {
  it.each([
    ["a missing file", "/nonexistent/nmap"],
    ["a folder", "/usr/bin"],
    ["a file without the x bit", "/etc/passwd"],
  ])("%s is told as not started, with the reason", async (_, binary) => {
    const exit = await runNmap(call(binary));
    expect(exit).toMatchObject({ ended: "not-started", code: null, pid: null, xml: "" });
    expect(exit.stderr.join()).toContain(binary);
  });

  it("a script whose interpreter is missing is told as not started", async () => {
    const exit = await runNmap(call(folder.fake("orphaned", "", "/nonexistent/sh")));
    expect(exit.ended).toBe("not-started");
    expect(exit.stderr.join()).toContain("No such file");
  });

  it("an argument that no process can be given is told as not started", async () => {
    const exit = await runNmap(call(folder.fake("fine", ""), { argv: ["a\0b"] }));
    expect(exit.ended).toBe("not-started");
  });

  it.each([
    "-oX/tmp/x",
    "127.0.0.1;id",
    "$(id)",
    "",
    "10.0.0.0/8",
    "127.0.0.1 -oN /tmp/y",
    "fe80::1%lo",
    "localhost",
  ])("refuses the target %j before a process exists", async (text) => {
    const binary = folder.fake("never", `touch ${join(folder.path, "ran")}`);
    await expect(runNmap(call(binary, { addresses: [text as Address] }))).rejects.toThrow(/target/);
    expect(readdirSync(folder.path)).not.toContain("ran");
  });

  it("refuses an empty list of targets", async () => {
    await expect(runNmap(call(folder.fake("fine", ""), { addresses: [] }))).rejects.toThrow(/no address/);
  });
});

describe("the watchdog", () => {
  it("ends a hung nmap with SIGTERM", async () => {
    const exit = await runNmap(call(folder.fake("hung", "exec sleep 300"), { timeoutMs: 300 }));
    expect(exit).toMatchObject({ ended: "timed-out", code: null, signal: "SIGTERM" });
  });

  it("kills an nmap that ignores SIGTERM, and its child that does so too", async () => {
    const pidFile = join(folder.path, "stubborn.pid");
    const child = "trap '' TERM; while :; do sleep 1; done";
    const binary = folder.fake("stubborn", `trap '' TERM; sh -c "${child}" & echo $! > ${pidFile}; ${child}`);
    const exit = await runNmap(call(binary, { timeoutMs: 400, graceMs: 300 }));
    expect(exit).toMatchObject({ ended: "timed-out", signal: "SIGKILL" });
    expect(exit.endedAt - exit.startedAt).toBeLessThan(3000);
    expect(await within(2000, () => !isAlive(Number(readFileSync(pidFile, "utf8"))))).toBe(true);
    expect(isAlive(exit.pid ?? 0)).toBe(false);
  });

  it("kills a stopped nmap", async () => {
    const exit = await runNmap(call(folder.fake("stopped", "kill -STOP $$; sleep 300"), { timeoutMs: 300 }));
    expect(exit).toMatchObject({ ended: "timed-out", signal: "SIGKILL" });
  });

  it("ends an nmap that writes without end, and keeps what fits", async () => {
    const exit = await runNmap(call(folder.fake("endless", "exec yes"), { maxOutputBytes: 1_000_000 }));
    expect(exit.ended).toBe("output-limit");
    expect(exit.xml.length).toBeLessThanOrEqual(1_000_000);
    expect(exit.xml.length).toBeGreaterThan(500_000);
  });

  it("a cancelled scan ends at once, and once", async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    const exit = await runNmap(
      call(folder.fake("long", "echo begun; exec sleep 300"), { signal: abort.signal }),
    );
    expect(exit).toMatchObject({ ended: "cancelled", signal: "SIGTERM", xml: "begun\n" });
  });

  it("a scan cancelled before it began starts nothing", async () => {
    const exit = await runNmap(call(folder.fake("long", "exec sleep 300"), { signal: AbortSignal.abort() }));
    expect(exit).toMatchObject({ ended: "cancelled", pid: null });
  });

  it("an nmap that caught SIGTERM and exited 0 is still timed out", async () => {
    const binary = folder.fake("polite", "trap 'exit 0' TERM; while :; do sleep 0.1; done");
    expect(await runNmap(call(binary, { timeoutMs: 300 }))).toMatchObject({ ended: "timed-out", code: 0 });
  });
});

describe("the process can be found again", () => {
  it("onStart tells its id and start time, with which it is known until it ends", async () => {
    let seen = { pid: 0, startTicks: 0 };
    const exit = await runNmap(
      call(folder.fake("short", "sleep 0.3"), {
        onStart: (started) => {
          seen = started;
          expect(isSameProcess(started.pid, started.startTicks)).toBe(true);
          expect(isSameProcess(started.pid, started.startTicks + 1)).toBe(false);
        },
      }),
    );
    expect(seen.pid).toBe(exit.pid);
    expect(isSameProcess(seen.pid, seen.startTicks)).toBe(false);
  });

  it("the scan leads a session and group of its own", async () => {
    const exit = await runNmap(call(folder.fake("stat", "cat /proc/$$/stat")));
    const [, , group, session] = exit.xml.slice(exit.xml.lastIndexOf(")") + 2).split(" ");
    expect([Number(group), Number(session)]).toEqual([exit.pid, exit.pid]);
  });

  it("an onStart that fails ends the scan and is passed on", async () => {
    let pid = 0;
    const started = runNmap(
      call(folder.fake("long", "exec sleep 300"), {
        onStart: (process) => {
          pid = process.pid;
          throw new Error("disk full");
        },
      }),
    );
    await expect(started).rejects.toThrow("disk full");
    expect(isAlive(pid)).toBe(false);
  });

  it("this process has a start time, an impossible one has none", () => {
    expect(startTicksOf(process.pid)).toBeGreaterThan(0);
    expect([startTicksOf(0), startTicksOf(-1), startTicksOf(4_999_999)]).toEqual([null, null, null]);
  });
});

describe("many runs in one process", () => {
  it("leak no listener, timer or file descriptor in 200 runs, and warn of nothing", async () => {
    const binary = folder.fake("quick", "cat > /dev/null; echo '<nmaprun/>'");
    const abort = new AbortController();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    await runNmap(call(binary));
    // Node frees a handle a turn of its loop later.
    await within(2000, () => footprint().processes === 0);
    const before = footprint();
    let during = 0;
    for (let round = 0; round < 10; round++) {
      const runs = Array.from({ length: 20 }, () => runNmap(call(binary, { signal: abort.signal })));
      during = Math.max(during, ...signalListeners());
      const exits = await Promise.all(runs);
      expect(exits.map((exit) => [exit.ended, exit.code, exit.xml])).toEqual(
        Array(20).fill(["exited", 0, "<nmaprun/>\n"]),
      );
    }
    await within(2000, () => JSON.stringify(footprint()) === JSON.stringify(before));
    expect(footprint()).toEqual(before);
    expect(during).toBe(Math.max(...before.listeners));
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  }, 60_000);
});

function signalListeners(): number[] {
  return ["SIGINT", "SIGTERM", "SIGHUP", "exit", "uncaughtException"].map((name) =>
    process.listenerCount(name),
  );
}

function footprint() {
  const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|Process|Pipe/.test(name));
  return {
    listeners: signalListeners(),
    processes: resources.filter((name) => name === "ProcessWrap").length,
    pipes: resources.filter((name) => name === "PipeWrap").length,
    descriptors: readdirSync("/proc/self/fd").length,
  };
}

describe("real nmap", () => {
  let server: Server;
  let port = 0;
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.setHeader("Server", "nginx/1.22.1");
      response.end("<html><title>ten percent off</title></html>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("hides no host whose banner says percent", async () => {
    const exit = await runNmap(
      call(await findNmap(), {
        argv: [
          "-n",
          "-Pn",
          "--unprivileged",
          "-sT",
          "-sV",
          "-p",
          `${port}`,
          "--script",
          "http-title",
          "--noninteractive",
        ],
      }),
    );
    expect(exit).toMatchObject({ ended: "exited", code: 0 });
    const { form, document } = await parseNmapXml(exit.xml);
    expect(form).toBe("whole");
    expect(document?.hosts[0]?.ports[0]).toMatchObject({
      service: { name: "http", product: "nginx", version: "1.22.1", method: "probed", confidence: 10 },
      scripts: expect.arrayContaining([{ id: "http-title", output: "ten percent off" }]),
    });
  });

  it("keeps a port that nmap-services does not know", async () => {
    const exit = await runNmap(
      call(await findNmap(), {
        argv: ["-n", "-Pn", "--unprivileged", "-sT", "-p", `${port}`, "--noninteractive"],
      }),
    );
    expect((await parseNmapXml(exit.xml)).document?.hosts[0]?.ports[0]).toMatchObject({
      port,
      state: "open",
    });
  });

  it("a bad option is an exit code and its text, not an exception", async () => {
    const exit = await runNmap(call(await findNmap(), { argv: ["--no-such-option"] }));
    expect(exit.ended).toBe("exited");
    expect(exit.code).not.toBe(0);
    expect(exit.stderr.join("\n")).toContain("no-such-option");
  });

  it("a warning on stderr costs no host", async () => {
    const exit = await runNmap(
      call(await findNmap(), {
        argv: ["-n", "-Pn", "--unprivileged", "-sT", "-p", `${port},${port}`, "--noninteractive"],
      }),
    );
    expect(exit.stderr.join("\n")).toMatch(/[Dd]uplicate/);
    expect((await parseNmapXml(exit.xml)).document?.hosts).toHaveLength(1);
  });
});
