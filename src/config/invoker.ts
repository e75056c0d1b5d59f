import type { User, UserLookup } from "./passwd.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The person behind the process: under sudo the one who typed it, not root. */
export interface Invoker {
  /** Absolute; null where it cannot be told. */
  readonly home: string | null;
  /** The user and group that files made for this person under sudo must belong to; null without sudo. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

/**
 * Tells whose home holds the configuration and the database. Root with SUDO_USER set works for that user;
 * anyone else for themselves (`sudo -u scanner` leaves SUDO_USER behind: there it means nothing).
 * `uid` is the effective uid.
 */
export function invokerOf(env: Environment, uid: number, lookUp: UserLookup): Invoker {
  const sudo = uid === 0 ? sudoUser(env, lookUp) : null;
  if (sudo !== null) return sudo;
  return { home: absolute(env.HOME) ?? lookUp(uid)?.home ?? null, owner: null };
}

function sudoUser(env: Environment, lookUp: UserLookup): Invoker | null {
  const name = env.SUDO_USER;
  if (!name) return null;
  const uid = id(env.SUDO_UID);
  const user: User | null = lookUp(name) ?? (uid === null ? null : lookUp(uid));
  const owner = { uid: uid ?? user?.uid ?? 0, gid: id(env.SUDO_GID) ?? user?.gid ?? 0 };
  if (owner.uid === 0) return null;
  // sudo 1.9.15 and later tells the home itself: a help for users that no lookup knows.
  return { home: user?.home ?? absolute(env.SUDO_HOME), owner };
}

/** An id as sudo writes it: decimal digits, or null. */
function id(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null;
}

/** XDG and HOME: a path that is not absolute is to be ignored (XDG Base Directory Specification). */
export function absolute(path: string | undefined): string | null {
  return path?.startsWith("/") ? path : null;
}
