import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cronLines } from "../../src/commands/schedule.js";
import type { Session } from "../../src/commands/session.js";
import { useBench } from "./bench.js";

/** What cron hands to the shell: an escaped percent sign is one, a bare one ends the command (crontab(5)). */
function commandOf(lines: string): string {
  const line = lines.split("\n").find((text) => text.startsWith("30 2 * * 1 "));
  const command = (line ?? "").replace(/^(\S+ ){4}\S+\s+/, "");
  const [first = ""] = command.split(/(?<!\\)%/);
  return first.replaceAll("\\%", "%");
}

/** The words that the shell makes of it. */
function wordsOf(command: string): string[] {
  const { stdout } = spawnSync("sh", ["-c", `set -- ${command}; for word; do printf '%s\\n' "$word"; done`], {
    encoding: "utf8",
  });
  return stdout.trimEnd().split("\n");
}

const sessionWith = (database: string, source: string | null) =>
  ({
    zone: "Europe/Berlin",
    database: { path: database, owner: null },
    config: { source },
  }) as unknown as Session;

describe("the crontab line", () => {
  test("runs the audit each Monday at 02:30 with absolute paths, and waits for a run that still goes on", () => {
    const bench = useBench();
    const script = bench.write("cli.js", "");
    const lines = cronLines(["@dmz"], sessionWith("/var/lib/p.db", "/etc/portreeve/portreeve.yaml"), script);
    expect(wordsOf(commandOf(lines))).toEqual([
      process.execPath,
      script,
      "scan",
      "@dmz",
      "--config",
      "/etc/portreeve/portreeve.yaml",
      "--db",
      "/var/lib/p.db",
      "--wait",
      "2h",
    ]);
    expect(lines.endsWith("\n")).toBe(true);
  });

  test.each(["/data/100% sure.db", "/data/it's.db", "/data/a b;id.db", "/data/$(id).db", "/data/%F%%.db"])(
    "survives cron and the shell with the database %s",
    (database) => {
      const bench = useBench();
      const script = bench.write("cli.js", "");
      expect(wordsOf(commandOf(cronLines(["dmz"], sessionWith(database, null), script)))).toContain(database);
    },
  );

  test("is printed by the CLI, for an audit that the configuration has", async () => {
    const bench = useBench();
    mkdirSync(bench.path("100%"));
    bench.write("portreeve.yaml", "database: 100%/p.db\naudits:\n  dmz:\n    targets: [127.0.0.1]\n");
    const { code, stdout, stderr } = await bench.run("schedule", "cron", "@dmz");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(wordsOf(commandOf(stdout))).toEqual(
      expect.arrayContaining(["@dmz", bench.path("portreeve.yaml"), bench.path("100%/p.db")]),
    );
    expect((await bench.run("schedule", "cron", "@nosuch")).code).toBe(64);
  });
});
