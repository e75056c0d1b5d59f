import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Absolute path. */
  readonly home: string;
}

/** Finds a user by name or uid; null where there is none. */
export type UserLookup = (who: string | number) => User | null;

/** Reads the lines of a passwd file (passwd(5)); broken lines are left out. */
export function parsePasswd(text: string): User[] {
  const users: User[] = [];
  for (const line of text.split("\n")) {
    const [name, , uid, gid, , home] = line.split(":");
    if (!name || !home?.startsWith("/") || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "")) continue;
    users.push({ name, uid: Number(uid), gid: Number(gid), home });
  }
  return users;
}

/**
 * The system's lookup: /etc/passwd, then `getent passwd` for users of a directory service (bastions often have
 * LDAP users). Never throws.
 */
export const lookUpUser: UserLookup = (who) => {
  const find = (users: User[]) =>
    users.find((user) => (typeof who === "number" ? user.uid === who : user.name === who)) ?? null;
  return find(parsePasswd(readPasswd())) ?? find(parsePasswd(askGetent(String(who))));
};

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    // A container without the file has no users by name; the caller then says that the home is unknown.
    return "";
  }
}

function askGetent(who: string): string {
  if (!/^[A-Za-z0-9._@\\-]+$/.test(who) || who.startsWith("-")) return "";
  try {
    // An absolute path: PATH may be somebody else's under sudo.
    return execFileSync("/usr/bin/getent", ["passwd", who], {
      encoding: "utf8",
      timeout: 5_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    // getent exits 2 for an unknown user and is absent on some systems: both mean "not known".
    return "";
  }
}
