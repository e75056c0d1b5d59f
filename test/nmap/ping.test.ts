import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { pingAddresses } from "../../src/nmap/ping.js";
import { makeFakeFolder } from "./fakeNmap.js";

const folder = makeFakeFolder();
afterAll(() => folder.remove());
const addresses = ["127.0.0.1", "127.0.0.2", "::1"] as Address[];

describe("asking the system's ping", () => {
  it("loopback answers, IPv4 and IPv6", async () => {
    expect(await pingAddresses(addresses, { concurrency: 3 })).toEqual({ answered: addresses, note: null });
  });

  it("gives ping one address each, numeric, and keeps the order asked", async () => {
    const log = join(folder.path, "log");
    const program = folder.fake(
      "ping",
      `echo "$@" >> ${log}; case "$*" in *127.0.0.2) exit 1;; *) exit 0;; esac`,
    );
    const { answered } = await pingAddresses(addresses, { concurrency: 1, program });
    expect(answered).toEqual(["127.0.0.1", "::1"]);
    expect(readFileSync(log, "utf8").split("\n").slice(0, 3)).toEqual([
      "-4 -n -c 1 -W 1 127.0.0.1",
      "-4 -n -c 1 -W 1 127.0.0.2",
      "-6 -n -c 1 -W 1 ::1",
    ]);
  });

  it("says when there is no ping, or when it may not ask", async () => {
    expect(await pingAddresses(addresses, { concurrency: 3, program: null })).toEqual({
      answered: [],
      note: expect.stringContaining("no ping"),
    });
    const program = folder.fake("forbidden", "echo 'ping: socktype: Operation not permitted' >&2; exit 2");
    expect((await pingAddresses(addresses, { concurrency: 3, program })).note).toContain(
      "Operation not permitted",
    );
  });

  it("never runs more at once than it may, and keeps to the rate", async () => {
    const counter = join(folder.path, "running");
    writeFileSync(counter, "");
    const program = folder.fake("slow", `echo + >> ${counter}; sleep 0.15; echo - >> ${counter}`);
    const many = Array.from({ length: 8 }, (_, i) => `127.0.0.${i + 1}` as Address);
    await pingAddresses(many, { concurrency: 2, program });
    let running = 0;
    let most = 0;
    for (const mark of readFileSync(counter, "utf8").trim().split("\n")) {
      running += mark === "+" ? 1 : -1;
      most = Math.max(most, running);
    }
    expect([most, running]).toEqual([2, 0]);
    const start = performance.now();
    await pingAddresses(many, { concurrency: 8, rate: 20, program: folder.fake("fast", "exit 0") });
    expect(performance.now() - start).toBeGreaterThan(330);
  });

  it("stops when told to", async () => {
    const program = folder.fake("long", "exec sleep 30");
    const start = performance.now();
    const { answered } = await pingAddresses(addresses, {
      concurrency: 1,
      program,
      signal: AbortSignal.timeout(200),
    });
    expect(answered).toEqual([]);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
