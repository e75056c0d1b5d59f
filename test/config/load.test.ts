import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { findDistrust } from "../../src/config/trust.js";
import { PortreeveError } from "../../src/facts/error.js";

const isRoot = process.geteuid?.() === 0;
const SUDO = { SUDO_USER: "li", SUDO_UID: "1000", SUDO_GID: "1000" };
const lookUp = () => ({ name: "li", uid: 1000, gid: 1000, home: "/nonexistent/li" });
const ENV = { HOME: "/nonexistent", XDG_CONFIG_DIRS: "/nonexistent/xdg" };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portreeve-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text = "pace: fast\n", mode = 0o600) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const load = (uid: number, options: { explicit?: string; env?: Record<string, string> } = {}) =>
  loadConfig({ explicit: options.explicit, env: { ...ENV, ...options.env }, cwd: folder, uid, lookUp });
const failureOf = (action: () => unknown): PortreeveError => {
  try {
    action();
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("loadConfig", () => {
  it("finds portreeve.yaml in the working directory", () => {
    const path = write("portreeve.yaml");
    expect(load(1000)).toMatchObject({ source: path, settings: { pace: "fast" } });
  });

  it("is all default where there is no file", () => {
    expect(load(1000)).toMatchObject({ source: null, allow: null, settings: { pace: null } });
  });

  it("prefers the user's folder to the system's", () => {
    mkdirSync(join(folder, "user/portreeve"), { recursive: true });
    mkdirSync(join(folder, "system/portreeve"), { recursive: true });
    write("user/portreeve/portreeve.yaml", "pace: gentle\n");
    write("system/portreeve/portreeve.yaml", "pace: steady\n");
    const env = { XDG_CONFIG_HOME: join(folder, "user"), XDG_CONFIG_DIRS: join(folder, "system") };
    expect(load(1000, { env }).settings.pace).toBe("gentle");
    rmSync(join(folder, "user"), { recursive: true });
    expect(load(1000, { env }).settings.pace).toBe("steady");
  });

  it("takes --config from the working directory and refuses a missing one", () => {
    const path = write("other.yaml");
    expect(load(1000, { explicit: "other.yaml" }).source).toBe(path);
    expect(failureOf(() => load(1000, { explicit: "absent.yaml" }))).toMatchObject({
      code: "usage",
      message: `The configuration ${folder}/absent.yaml does not exist.`,
    });
  });

  it("does not pass over a link that leads nowhere", () => {
    symlinkSync("/nonexistent/target.yaml", join(folder, "portreeve.yaml"));
    expect(failureOf(() => load(1000)).message).toContain("cannot be read");
  });

  it("refuses a file of more than a megabyte, one that is not UTF-8, a folder and a pipe", () => {
    write("portreeve.yaml", `# ${"x".repeat(1024 * 1024)}\n`);
    expect(failureOf(() => load(1000)).message).toContain("is larger than 1 MB");
    writeFileSync(join(folder, "portreeve.yaml"), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect(failureOf(() => load(1000)).message).toContain("is not UTF-8 text");
    rmSync(join(folder, "portreeve.yaml"));
    mkdirSync(join(folder, "portreeve.yaml"));
    expect(failureOf(() => load(1000)).message).toContain("is not a plain file");
    rmSync(join(folder, "portreeve.yaml"), { recursive: true });
    execFileSync("mkfifo", [join(folder, "portreeve.yaml")]);
    expect(failureOf(() => load(1000)).message).toContain("is not a plain file");
  });
});

describe.skipIf(!isRoot)("loadConfig as root (skipped: the tests do not run as root)", () => {
  it("takes a file that only root may write, in a sticky /tmp", () => {
    expect(load(0, { explicit: write("portreeve.yaml", undefined, 0o644) }).settings.pace).toBe("fast");
  });

  it.each([
    [0o620, "may be written by group 0", "chmod go-w"],
    [0o602, "may be written by everybody", "chmod go-w"],
  ])("refuses a file of mode %o and prints the line that mends it", (mode, why, mend) => {
    const path = write("portreeve.yaml", undefined, mode);
    const failure = failureOf(() => load(0));
    expect(failure).toMatchObject({
      code: "failed",
      message: `The configuration ${path} is not used by root: it ${why}.`,
      hint: `Look at what it says, then run: ${mend} ${path}`,
    });
    execFileSync("sh", ["-c", failure.hint?.split("run: ")[1] ?? ""]);
    expect(load(0).settings.pace).toBe("fast");
  });

  it("refuses another user's file, but not that of the person who typed sudo", () => {
    const path = write("portreeve.yaml");
    chownSync(path, 1000, 1000);
    expect(failureOf(() => load(0)).message).toContain("it belongs to uid 1000");
    expect(load(0, { env: SUDO }).settings.pace).toBe("fast");
    expect(
      failureOf(() => load(0, { env: { SUDO_USER: "eve", SUDO_UID: "1001", SUDO_GID: "1001" } })).message,
    ).toContain("it belongs to uid 1000");
  });

  it("refuses a file in a folder that others may write, and takes it once the folder is sticky", () => {
    write("portreeve.yaml");
    chmodSync(folder, 0o777);
    expect(failureOf(() => load(0))).toMatchObject({
      message: expect.stringContaining(`${folder} may be written by everybody`),
      hint: expect.stringContaining(`chmod go-w ${folder}`),
    });
    chmodSync(folder, 0o1777);
    expect(load(0).settings.pace).toBe("fast");
  });

  it("refuses a file under a folder that others may rename, however deep", () => {
    mkdirSync(join(folder, "a/b/c"), { recursive: true });
    const path = write("a/b/c/portreeve.yaml");
    chownSync(join(folder, "a"), 1000, 1000);
    expect(failureOf(() => load(0, { explicit: path })).message).toContain(`${folder}/a belongs to uid 1000`);
  });

  it("refuses another user's link to a file of root's own", () => {
    const target = write("real.yaml");
    symlinkSync(target, join(folder, "portreeve.yaml"));
    expect(load(0).settings.pace).toBe("fast");
    lchownSync(join(folder, "portreeve.yaml"), 1000, 1000);
    expect(failureOf(() => load(0))).toMatchObject({ hint: expect.stringContaining("chown -h root") });
  });

  it("looks at the folders a link leads through, `..` included", () => {
    mkdirSync(join(folder, "open/inner"), { recursive: true });
    write("open/portreeve.yaml");
    chmodSync(join(folder, "open"), 0o777);
    symlinkSync("open/inner/../portreeve.yaml", join(folder, "portreeve.yaml"));
    expect(failureOf(() => load(0)).message).toContain(`${folder}/open may be written by everybody`);
  });

  it("ends on a circle of links", () => {
    symlinkSync("b.yaml", join(folder, "a.yaml"));
    symlinkSync("a.yaml", join(folder, "b.yaml"));
    expect(failureOf(() => load(0, { explicit: "a.yaml" })).message).toContain("too many symbolic links");
  });

  it("runs no nmap that somebody else can change, the sudo user included", () => {
    const nmap = write("nmap", "#!/bin/sh\n", 0o755);
    write("portreeve.yaml", "nmap: ./nmap\n");
    expect(load(0).nmap).toBe(nmap);
    chownSync(nmap, 1000, 1000);
    expect(failureOf(() => load(0, { env: SUDO })).message).toContain(
      `The program ${nmap} is not used by root: it belongs to uid 1000.`,
    );
  });

  it("leaves an ordinary user's choice of file alone", () => {
    write("portreeve.yaml", undefined, 0o666);
    expect(load(1000).settings.pace).toBe("fast");
  });
});

describe("findDistrust", () => {
  it("quotes a path for the shell in the line that mends it", () => {
    const path = join(folder, "it's mine; rm -rf x.yaml");
    writeFileSync(path, "");
    chmodSync(path, 0o606);
    const trusted = new Set([0, process.geteuid?.() ?? 0]);
    const distrust = findDistrust(path, trusted);
    expect(distrust?.mend).toBe(`chmod go-w '${folder}/it'\\''s mine; rm -rf x.yaml'`);
    execFileSync("sh", ["-c", distrust?.mend ?? "false"]);
    expect(findDistrust(path, trusted)).toBeNull();
  });
});
