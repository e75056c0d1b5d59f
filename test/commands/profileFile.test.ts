import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readProfileFile, replaceProfile } from "../../src/commands/profileFile.js";

function scratch(text = "version: 1\n"): { folder: string; path: string } {
  const folder = mkdtempSync(join(tmpdir(), "portreeve-profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "profile.yaml");
  writeFileSync(path, text);
  return { folder, path };
}

const isRoot = process.geteuid?.() === 0;

describe("replaceProfile", () => {
  test("puts the new text in place and leaves nothing beside it", () => {
    const { folder, path } = scratch();
    chmodSync(path, 0o604);
    replaceProfile(readProfileFile(path), "version: 1\n# more\n");
    expect(readFileSync(path, "utf8")).toBe("version: 1\n# more\n");
    expect(statSync(path).mode & 0o7777).toBe(0o604);
    expect(readdirSync(folder)).toEqual(["profile.yaml"]);
  });

  test.each<[string, (path: string) => void]>([
    ["was written to", (path) => writeFileSync(path, "version: 1\n# by someone else\n")],
    [
      "was replaced by a file that reads the same",
      (path) => {
        writeFileSync(`${path}.new`, "version: 1\n");
        rmSync(path);
        symlinkSync(`${path}.new`, path);
      },
    ],
    ["is gone", (path) => rmSync(path)],
  ])("writes nothing where the file %s meanwhile", (_, change) => {
    const { folder, path } = scratch();
    const file = readProfileFile(path);
    change(path);
    const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
    expect(() => replaceProfile(file, "version: 1\n# mine\n")).toThrow(/changed meanwhile|cannot be read/);
    expect(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")])).toEqual(
      before,
    );
  });

  test("says so where nothing can be written beside it", () => {
    const { folder, path } = scratch();
    const inside = join(folder, "profiles");
    mkdirSync(inside);
    writeFileSync(join(inside, "profile.yaml"), "version: 1\n");
    const file = readProfileFile(join(inside, "profile.yaml"));
    rmSync(inside, { recursive: true });
    expect(() => replaceProfile(file, "version: 1\n# mine\n")).toThrow(/cannot be written: ENOENT/);
    expect(readdirSync(folder)).toEqual([basename(path)]);
  });

  test("follows links of one's own to the file, over folders too", () => {
    const { folder, path } = scratch();
    mkdirSync(join(folder, "a"));
    symlinkSync("..", join(folder, "a/up"));
    symlinkSync("a/up/profile.yaml", join(folder, "link.yaml"));
    const file = readProfileFile(join(folder, "link.yaml"));
    expect(file.path).toBe(readProfileFile(path).path);
    replaceProfile(file, "version: 1\n# via link\n");
    expect(readFileSync(path, "utf8")).toContain("via link");
  });

  test("refuses links in a circle", () => {
    const { folder } = scratch();
    symlinkSync("b", join(folder, "a"));
    symlinkSync("a", join(folder, "b"));
    expect(() => readProfileFile(join(folder, "a"))).toThrow(/too many links/);
  });

  test("follows no link of another user's", { skip: !isRoot }, () => {
    const { folder, path } = scratch();
    symlinkSync(path, join(folder, "link.yaml"));
    lchownSync(join(folder, "link.yaml"), 12345, 12345);
    expect(() => readProfileFile(join(folder, "link.yaml"))).toThrow(/link of another user's/);
  });

  test("keeps the owner of the file", { skip: !isRoot }, () => {
    const { path } = scratch();
    chownSync(path, 12345, 23456);
    replaceProfile(readProfileFile(path), "version: 1\n# more\n");
    expect(statSync(path)).toMatchObject({ uid: 12345, gid: 23456 });
  });
});
