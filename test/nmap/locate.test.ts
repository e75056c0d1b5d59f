import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findProgram } from "../../src/nmap/findProgram.js";
import { findNmap, nmapVersion } from "../../src/nmap/locate.js";
import { makeFakeFolder } from "./fakeNmap.js";

const folder = makeFakeFolder();
afterAll(() => folder.remove());
const says = (name: string, text: string) => folder.fake(name, `echo '${text}'`);

describe("where a program is", () => {
  it("PATH comes first, then the usual folders, whatever PATH says", async () => {
    const mine = folder.fake("sh", "");
    expect(await findProgram("sh", `${folder.path}:/bin`)).toBe(mine);
    expect(await findProgram("sh", "")).toBe("/usr/bin/sh");
  });

  it("a relative entry of PATH, a folder and a file without the x bit are passed over", async () => {
    mkdirSync(join(folder.path, "odd"));
    expect(await findProgram("odd", `.:${folder.path}`)).toBeNull();
    expect(await findProgram("passwd-", "/etc:relative")).toBeNull();
  });
});

describe("where nmap is", () => {
  it("is found, and its version read", async () => {
    const binary = await findNmap();
    expect(binary).toMatch(/^\/.*nmap$/);
    expect(await nmapVersion(binary)).toMatch(/^\d+\.\d+/);
  });

  it("a path that is given must be absolute and executable", async () => {
    await expect(findNmap("nmap")).rejects.toMatchObject({
      code: "usage",
      hint: expect.stringContaining("/usr/bin/nmap"),
    });
    await expect(findNmap("/nonexistent/nmap")).rejects.toMatchObject({
      code: "failed",
      hint: expect.stringMatching(/apt-get.*dnf/),
    });
    expect(await findNmap("/usr/bin/nmap")).toBe("/usr/bin/nmap");
  });
});

describe("the version", () => {
  it.each([
    ["Nmap version 7.92 ( https://nmap.org )", "7.92"],
    ["Nmap version 7.94SVN ( https://nmap.org )", "7.94SVN"],
    ["Nmap version 8.01 ( https://nmap.org )", "8.01"],
    ["Nmap version 10.0 ( https://nmap.org )", "10.0"],
  ])("%s is taken", async (text, version) => {
    expect(await nmapVersion(says("good", text))).toBe(version);
  });

  it.each(["7.91", "7.80", "7.9", "6.99"])("%s is too old, and the message says so", async (version) => {
    await expect(
      nmapVersion(says("old", `Nmap version ${version} ( https://nmap.org )`)),
    ).rejects.toMatchObject({
      code: "failed",
      message: expect.stringContaining(`nmap ${version} is too old`),
      hint: expect.stringContaining("apt-get"),
    });
  });

  it("what is not nmap is refused", async () => {
    await expect(nmapVersion(says("masscan", "Masscan version 1.3"))).rejects.toThrow(
      /does not say that it is nmap/,
    );
    await expect(nmapVersion(folder.fake("broken", "exit 1"))).rejects.toThrow(/--version failed/);
  });
});
