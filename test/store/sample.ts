/** Stores that go away with their test, and what to put into them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openStore, type StoreOptions } from "../../src/store/openStore.js";
import type { Store } from "../../src/store/store.js";

export * from "./observations.js";

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function scratchStore(options: Partial<StoreOptions> = {}): Store {
  const store = openStore(join(scratchFolder(), "history.db"), { mode: "write", ...options });
  onTestFinished(() => store.close());
  return store;
}
