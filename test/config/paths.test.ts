import { describe, expect, it } from "vitest";
import { defaultDatabasePath } from "../../src/config/databasePath.js";
import { invokerOf } from "../../src/config/invoker.js";
import { parsePasswd, type UserLookup } from "../../src/config/passwd.js";
import { configSearchPath } from "../../src/config/searchPath.js";

const USERS = parsePasswd(
  [
    "root:x:0:0:root:/root:/bin/bash",
    "li.wei:x:1000:1000:Li Wei,,,:/home/li.wei:/bin/zsh",
    "scanner:x:990:990::/var/lib/portreeve:/usr/sbin/nologin",
    "broken:x:nine:1::/home/broken:/bin/sh",
    "homeless:x:991:991:::/bin/sh",
  ].join("\n"),
);
const lookUp: UserLookup = (who) =>
  USERS.find((user) => (typeof who === "number" ? user.uid === who : user.name === who)) ?? null;
const SUDO = { HOME: "/root", SUDO_USER: "li.wei", SUDO_UID: "1000", SUDO_GID: "1000" };

describe("configSearchPath", () => {
  it("looks in the working directory, the user's folder, the system's, then /etc/portreeve", () => {
    expect(configSearchPath({ HOME: "/home/li.wei" }, "/work", 1000, lookUp)).toEqual([
      "/work/portreeve.yaml",
      "/home/li.wei/.config/portreeve/portreeve.yaml",
      "/etc/xdg/portreeve/portreeve.yaml",
      "/etc/portreeve/portreeve.yaml",
    ]);
  });

  it("follows the XDG variables and ignores what is not absolute in them", () => {
    const env = { HOME: "/home/li.wei", XDG_CONFIG_HOME: "/c", XDG_CONFIG_DIRS: "/a:relative::/b" };
    expect(configSearchPath(env, "/work", 1000, lookUp)).toEqual([
      "/work/portreeve.yaml",
      "/c/portreeve/portreeve.yaml",
      "/a/portreeve/portreeve.yaml",
      "/b/portreeve/portreeve.yaml",
      "/etc/portreeve/portreeve.yaml",
    ]);
    expect(configSearchPath({ ...env, XDG_CONFIG_HOME: "c" }, "/work", 1000, lookUp)[1]).toBe(
      "/home/li.wei/.config/portreeve/portreeve.yaml",
    );
  });

  it("looks in the home of the person who typed sudo", () => {
    expect(configSearchPath(SUDO, "/work", 0, lookUp)[1]).toBe(
      "/home/li.wei/.config/portreeve/portreeve.yaml",
    );
  });

  it("goes on without a user's folder where no home is known", () => {
    expect(configSearchPath({}, "/work", 4242, lookUp)).toEqual([
      "/work/portreeve.yaml",
      "/etc/xdg/portreeve/portreeve.yaml",
      "/etc/portreeve/portreeve.yaml",
    ]);
  });
});

describe("defaultDatabasePath", () => {
  it("is the same file with and without sudo, and tells whose it is", () => {
    const plain = defaultDatabasePath({ HOME: "/home/li.wei" }, 1000, lookUp);
    const sudo = defaultDatabasePath(SUDO, 0, lookUp);
    expect(plain).toEqual({ path: "/home/li.wei/.local/share/portreeve/portreeve.db", owner: null });
    expect(sudo).toEqual({ path: plain.path, owner: { uid: 1000, gid: 1000 } });
  });

  it("is root's own for root without sudo, also where HOME is not set (cron, systemd)", () => {
    const expected = { path: "/root/.local/share/portreeve/portreeve.db", owner: null };
    expect(defaultDatabasePath({ HOME: "/root" }, 0, lookUp)).toEqual(expected);
    expect(defaultDatabasePath({}, 0, lookUp)).toEqual(expected);
    expect(defaultDatabasePath({ SUDO_USER: "root", SUDO_UID: "0", HOME: "/root" }, 0, lookUp)).toEqual(
      expected,
    );
  });

  it("follows XDG_DATA_HOME", () => {
    expect(defaultDatabasePath({ XDG_DATA_HOME: "/data" }, 1000, lookUp).path).toBe(
      "/data/portreeve/portreeve.db",
    );
  });

  it("leaves SUDO_USER aside where sudo made an ordinary user of somebody", () => {
    const env = { ...SUDO, HOME: "/var/lib/portreeve" };
    expect(defaultDatabasePath(env, 990, lookUp)).toEqual({
      path: "/var/lib/portreeve/.local/share/portreeve/portreeve.db",
      owner: null,
    });
  });

  it("asks for a name rather than falling back to root's home for a user it cannot find", () => {
    const env = { HOME: "/root", SUDO_USER: "ghost", SUDO_UID: "4242", SUDO_GID: "4242" };
    expect(() => defaultDatabasePath(env, 0, lookUp)).toThrow(/home of user ghost is not known/);
    expect(invokerOf({ ...env, SUDO_HOME: "/home/ghost" }, 0, lookUp)).toEqual({
      home: "/home/ghost",
      owner: { uid: 4242, gid: 4242 },
    });
  });
});

describe("parsePasswd", () => {
  it("leaves out lines without a number or a home", () => {
    expect(USERS.map((user) => user.name)).toEqual(["root", "li.wei", "scanner"]);
  });
});
