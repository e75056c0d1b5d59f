import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { loadProfile } from "../../src/profile/load.js";
import { GOOD, GOOD_INCLUDED, INCLUDED_NAME } from "./good.js";

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
  const included = fileWith(INCLUDED_NAME, GOOD_INCLUDED);
  expect(loadProfile(path)).toMatchObject({
    file: path,
    files: [
      { name: path, text: GOOD },
      { name: included, text: GOOD_INCLUDED },
    ],
  });
});

test("files are included from where the including file lies, or by their whole path", () => {
  mkdirSync(join(folder, "sites"));
  const inner = fileWith("sites/b.yaml", "include: ../c.yaml\n");
  const last = fileWith("c.yaml", "groups: [{id: c}]\n");
  const path = fileWith("sites/a.yaml", `version: 1\ninclude: [b.yaml, ${last}]\n`);
  expect(loadProfile(path).files.map(({ name }) => name)).toEqual([path, inner, last]);
});

test("what is wrong with an included file is told at the line that includes it", () => {
  const path = fileWith("inc.yaml", "version: 1\ninclude:\n  - nowhere.yaml\n  - /dev/zero\n  - binary\n");
  fileWith("binary", Buffer.from([0x7f, 0]));
  const { message, code } = refusal(path);
  expect(code).toBe("usage");
  expect(message).toContain(
    `inc.yaml:3:5: cannot include \`${join(folder, "nowhere.yaml")}\`: it does not exist`,
  );
  expect(message).toContain("inc.yaml:4:5: cannot include `/dev/zero`: it is no regular file");
  expect(message).toContain(`inc.yaml:5:5: cannot include \`${join(folder, "binary")}\`: it is no text`);
});

test("a path that no system takes is refused in words", () => {
  const path = fileWith("nul.yaml", 'version: 1\ninclude: "a\\0b"\n');
  expect(refusal(path).message).toContain("nul.yaml:2:10: cannot include");
});

test("included files of more than 16 MB together are refused", () => {
  const filler = `# ${"x".repeat(4_000_000)}\n`;
  const names = ["f1.yaml", "f2.yaml", "f3.yaml", "f4.yaml", "f5.yaml"];
  for (const name of names) fileWith(name, filler);
  const path = fileWith("many.yaml", `version: 1\ninclude: [${names.join(", ")}]\n`);
  expect(refusal(path).message).toMatch(/^\S+many\.yaml:2:47: .*larger than 16 MB together$/);
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
