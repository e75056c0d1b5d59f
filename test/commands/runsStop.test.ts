import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const CLI = join(import.meta.dirname, "../../dist/cli.js");

describe("portreeve runs stop", () => {
  test("makes no database of a name typed wrong", () => {
    const folder = mkdtempSync(join(tmpdir(), "portreeve-stop-"));
    try {
      const file = join(folder, "no.db");
      const { status, stderr } = spawnSync(process.execPath, [CLI, "--db", file, "runs", "stop", "1"], {
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: folder },
      });
      expect(stderr).toContain("no.db");
      expect(status).not.toBe(0);
      expect(existsSync(file)).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
