import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { loadProfile } from "../../src/profile/load.js";
import { GOOD } from "./good.js";

const folder = mkdtempSync(join(tmpdir(), "portreeve-profile-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function refusal(path: string): PortreeveError {
  try {
    loadProfile(path);
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("the profile was accepted");
}

test("a profile is read from its file and keeps its text and path", () => {
  const path = fileWith("good.yaml", GOOD);
  expect(loadProfile(path)).toMatchObject({ file: path, text: GOOD });
});

test.each<[what: string, path: () => string, message: string]>([
  ["a file that is missing", () => join(folder, "missing.yaml"), "does not exist"],
  ["a path through a file", () => join(fileWith("plain", "x"), "p.yaml"), "does not exist"],
  ["a folder", () => folder, "is a folder"],
  ["a device", () => "/dev/zero", "is no regular file"],
  [
    "a binary file",
    () => fileWith("binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1])),
    "is no text (it holds NUL bytes)",
  ],
  [
    "text that is not UTF-8",
    () => fileWith("latin1.yaml", Buffer.from([0x23, 0xe4, 0x0a])),
    "is not UTF-8 text",
  ],
  ["an empty file", () => fileWith("empty.yaml", ""), "the profile is empty"],
])("%s is refused in words", (_what, path, message) => {
  const error = refusal(path());
  expect(error.code).toBe("usage");
  expect(error.message).toContain(message);
});

test("a file of more than 4 MB is refused unread", () => {
  const path = fileWith("huge.yaml", "version: 1\n");
  truncateSync(path, 4 * 1024 * 1024 + 1);
  expect(refusal(path).message).toContain("is larger than 4 MB");
});

test("a file this user may not read is refused in words", () => {
  const path = fileWith("secret.yaml", GOOD);
  chmodSync(path, 0o000);
  const error = asOrdinaryUser(() => refusal(path));
  expect(error.message).toContain("may not be read by this user");
});

/** Root may read everything, so it becomes nobody for the call. */
function asOrdinaryUser<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}
