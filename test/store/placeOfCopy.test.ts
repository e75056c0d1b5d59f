import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { scratchStore } from "./sample.js";

describe("a copy of the database", () => {
  test.each([
    [(database: string) => `${database}-journal`, "SQLite's own name"],
    [(database: string) => `${database}-wal`, "SQLite's own name"],
    [(database: string) => join(`${database}.xml`, "copy.db"), "among the kept nmap XML"],
    [(database: string) => join(dirname(database), "nowhere", "copy.db"), "there is no folder"],
    [(database: string) => join(dirname(database), "dangling"), "is a link"],
    [(database: string) => join(dirname(database), "link"), "is a link"],
  ])("is not made at %s: %s", async (place, why) => {
    const store = scratchStore();
    const folder = dirname(store.path);
    mkdirSync(`${store.path}.xml`, { recursive: true });
    store.publish(join(folder, "published.db"));
    symlinkSync(join(folder, "gone"), join(folder, "dangling"));
    symlinkSync(join(folder, "published.db"), join(folder, "link"));
    expect(() => store.publish(place(store.path))).toThrow(why);
    await expect(store.backUp(place(store.path))).rejects.toThrow(why);
  });
});
