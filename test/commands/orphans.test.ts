import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { endOrphans } from "../../src/commands/orphans.js";
import { startTicksOf } from "../../src/nmap/processIdentity.js";

const children: ChildProcess[] = [];

/** A process that leads a group of its own, as our nmaps do, under the name given. */
async function left(name: string): Promise<{ pid: number; startTicks: number; child: ChildProcess }> {
  const child = spawn("sleep", ["60"], { argv0: name, detached: true, stdio: "ignore" });
  children.push(child);
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  return { pid, startTicks: startTicksOf(pid) ?? 0, child };
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

describe("nmaps that a dead portreeve left", () => {
  test("are gone when this returns", async () => {
    const orphans = [await left("nmap"), await left("/usr/bin/nmap")];
    expect(await endOrphans(orphans)).toBe(2);
    for (const { child } of orphans) {
      if (child.signalCode === null) await once(child, "exit");
      expect(child.signalCode).toBe("SIGKILL");
    }
  });

  test("are not taken for another process that has the number now, by start time or by name", async () => {
    const [later, other] = [await left("nmap"), await left("postgres")];
    expect(await endOrphans([{ ...later, startTicks: later.startTicks - 1 }, other])).toBe(0);
    expect(await endOrphans([{ pid: null, startTicks: null }])).toBe(0);
    expect([later.child.exitCode, other.child.exitCode]).toEqual([null, null]);
    expect([later.child.signalCode, other.child.signalCode]).toEqual([null, null]);
  });
});
