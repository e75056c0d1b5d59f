import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { PortreeveError } from "../../src/facts/error.js";
import { LocalEngine } from "../../src/sweep/localEngine.js";
import { ports, shardOf } from "./results.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-engine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LOOPBACK = "127.0.0.1" as Address;

/** A program in nmap's place that notes that it ran, then does `body`. */
function fakeNmap(name: string, body: string): { binary: string; hasRun: () => boolean } {
  const binary = join(folder, name);
  const marker = `${binary}.ran`;
  writeFileSync(binary, `#!/bin/sh\ncat > '${marker}'\n${body}\n`, { mode: 0o755 });
  return {
    binary,
    hasRun: () => {
      try {
        readFileSync(marker);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function engineOf(binary: string, permitted: readonly string[] = [LOOPBACK]): LocalEngine {
  const list = new BlockList();
  for (const address of permitted) list.addAddress(address, address.includes(":") ? "ipv6" : "ipv4");
  return new LocalEngine({
    binary,
    method: "connect",
    privileged: false,
    minRate: false,
    probeFragile: false,
    permitted: list,
  });
}

const never = new AbortController().signal;
const ignore = () => undefined;
const WHOLE = `echo '<?xml version="1.0"?><nmaprun scanner="nmap" args="x" start="1" version="7.93">
<host><status state="up" reason="user-set" reason_ttl="0"/><address addr="127.0.0.1" addrtype="ipv4"/>
<ports><port protocol="tcp" portid="22"><state state="open" reason="syn-ack" reason_ttl="0"/></port></ports></host>
<runstats><finished time="2" elapsed="1" exit="success"/><hosts up="1" down="0" total="1"/></runstats></nmaprun>'`;

describe("the last check before nmap starts", () => {
  test.each(["198.18.0.1", "127.0.0.2", "2001:db8::1", "::1"])(
    "refuses %s, which is not in the scope",
    async (foreign) => {
      const { binary, hasRun } = fakeNmap(`foreign-${foreign.replaceAll(":", "_")}`, WHOLE);
      const shard = shardOf({ addresses: [LOOPBACK, foreign as Address] });
      const run = engineOf(binary).run(shard, 1, never, ignore);
      await expect(run).rejects.toThrow(PortreeveError);
      await expect(run).rejects.toThrow(`refused to probe ${foreign}`);
      expect(hasRun()).toBe(false);
    },
  );

  test("lets the addresses of the scope pass, in both families", async () => {
    const { binary, hasRun } = fakeNmap("permitted", WHOLE);
    const engine = engineOf(binary, ["127.0.0.1", "::1"]);
    await engine.run(shardOf({ addresses: ["::1" as Address] }), 1, never, ignore);
    expect(hasRun()).toBe(true);
  });
});

describe("what became of a process", () => {
  test("that ended well with whole XML is whole: its silence counts", async () => {
    const result = await engineOf(fakeNmap("whole", WHOLE).binary).run(
      shardOf({ addresses: [LOOPBACK] }),
      2,
      never,
      ignore,
    );
    expect(result).toMatchObject({ whole: true, form: "whole", failure: null, attempt: 2 });
    expect(result.document?.hosts.map((host) => host.address)).toEqual([LOOPBACK]);
  });

  test.each([
    ["an exit code", `${WHOLE}\necho 'QUITTING!' >&2; exit 1`, "nmap exited with 1: QUITTING!"],
    ["a signal", `${WHOLE}\nkill -9 $$`, "nmap was killed by SIGKILL"],
    [
      "XML that ends too soon",
      `echo '<?xml version="1.0"?><nmaprun scanner="nmap">'`,
      "nmap's output is cut",
    ],
    ["no XML at all", "true", "nmap's output is refused"],
    [
      "an error in the XML",
      WHOLE.replace('exit="success"', 'exit="error" errormsg="no route"'),
      "nmap failed: no route",
    ],
  ])("with %s is not whole, and says so", async (what, body, failure) => {
    const { binary } = fakeNmap(what.replaceAll(" ", "-"), body);
    const result = await engineOf(binary).run(shardOf({ addresses: [LOOPBACK] }), 1, never, ignore);
    expect(result).toMatchObject({ whole: false, failure });
  });

  test("that could not start is told, not thrown", async () => {
    const result = await engineOf(join(folder, "absent")).run(
      shardOf({ addresses: [LOOPBACK] }),
      1,
      never,
      ignore,
    );
    expect(result).toMatchObject({ whole: false, document: null });
    expect(result.failure).toMatch(/^nmap did not start: /);
  });

  test("that was stopped ends soon and keeps what it had written of whole hosts", async () => {
    const { binary } = fakeNmap("slow", `${WHOLE.replace(/<runstats>[\s\S]*/, "'")}\nexec sleep 60`);
    const stop = new AbortController();
    const began = Date.now();
    const running = engineOf(binary).run(shardOf({ addresses: [LOOPBACK] }), 1, stop.signal, ({ pid }) => {
      expect(pid).toBeGreaterThan(0);
      setTimeout(() => stop.abort(), 300);
    });
    const result = await running;
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(result).toMatchObject({ whole: false, failure: "stopped", form: "cut" });
    expect(result.document?.hosts).toHaveLength(1);
  });
});

describe("argument lists", () => {
  const engine = engineOf("/usr/bin/nmap");

  test("hold no target: the addresses go in a list of their own", () => {
    for (const shard of [
      shardOf({ probe: "hosts", stage: "discover" }),
      shardOf(),
      shardOf({ probe: "services", stage: "identify" }),
      shardOf({ stage: "confirm" }),
    ]) {
      const argv = engine.argvOf(shard);
      expect(argv.join(" ")).not.toContain("198.18.0.1");
      expect(argv).toContain("--max-rate");
      expect(argv).not.toContain("--open");
      expect(argv).not.toContain("--host-timeout");
    }
  });

  test("ask the ports of the shard and no others", () => {
    const argv = engine.argvOf(shardOf({ ports: ports("T:22,8000-8010") }));
    expect(argv[argv.indexOf("-p") + 1]).toBe("T:22,8000-8010");
  });
});
