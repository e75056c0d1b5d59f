/** The rooms that `nmap/` needs, as plain JavaScript in a folder of their own, to be run by another process or user. */
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface BuiltRooms {
  readonly path: string;
  /** Writes an ES module beside the rooms and returns its path. */
  script(name: string, text: string): string;
  remove(): void;
}

export function buildRooms(): BuiltRooms {
  const path = mkdtempSync(join(tmpdir(), "portreeve-built-"));
  chmodSync(path, 0o755);
  writeFileSync(join(path, "package.json"), '{"type": "module"}');
  symlinkSync(join(root, "node_modules"), join(path, "node_modules"));
  for (const room of ["facts", "scope", "nmap"]) {
    cpSync(join(root, "dist", room), join(path, room), { recursive: true });
  }
  return {
    path,
    script(name, text) {
      const file = join(path, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
