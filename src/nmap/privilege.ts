/** Whether nmap, started by this process, may send raw packets (capabilities(7), CAP_NET_RAW). */
import { readFileSync } from "node:fs";
import type { Method } from "../facts/run.js";

export interface Privilege {
  readonly method: Method;
  /** `ambient` needs nmap's `--privileged`: nmap looks at the user id only. */
  readonly how: "root" | "ambient" | "none";
  readonly why: string;
  /** The command that mends it; null where nothing is to be mended. */
  readonly mend: string | null;
}

/** What /proc/self/status says of a process. */
export interface ProcessRights {
  /** Effective user id. */
  readonly uid: number;
  readonly effective: bigint;
  readonly ambient: bigint;
  readonly bounding: bigint;
}

const NET_RAW = 13n;
const MEND =
  "sudo setpriv --reuid=$(id -u) --regid=$(id -g) --init-groups --reset-env --inh-caps=+net_raw --ambient-caps=+net_raw -- portreeve …";

/** Reads this process's rights and judges them. */
export function probePrivilege(): Privilege {
  return judgePrivilege(parseRights(readFileSync("/proc/self/status", "utf8")));
}

/** What a child of a process with these rights may do. Pure. */
export function judgePrivilege(rights: ProcessRights): Privilege {
  if (rights.uid === 0 && has(rights.effective)) {
    return { method: "raw", how: "root", why: "root, with CAP_NET_RAW", mend: null };
  }
  if (has(rights.ambient)) {
    return { method: "raw", how: "ambient", why: "CAP_NET_RAW as an ambient capability", mend: null };
  }
  if (!has(rights.bounding)) {
    return {
      method: "connect",
      how: "none",
      why: "CAP_NET_RAW was taken from this machine or container altogether",
      mend: "Start the container with --cap-add=NET_RAW (docker, podman).",
    };
  }
  if (has(rights.effective)) {
    return {
      method: "connect",
      how: "none",
      why: "CAP_NET_RAW is held by this process but not as an ambient capability, so nmap would not get it",
      mend: MEND,
    };
  }
  return { method: "connect", how: "none", why: `user ${rights.uid} has no CAP_NET_RAW`, mend: MEND };
}

/** Reads the lines of /proc/PID/status (proc(5)); a missing line counts as no right. */
export function parseRights(status: string): ProcessRights {
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const mask = (name: string) => BigInt(`0x${/^[0-9a-fA-F]+$/.test(field(name)) ? field(name) : "0"}`);
  return {
    uid: Number(field("Uid").split(/\s+/)[1] ?? "NaN"),
    effective: mask("CapEff"),
    ambient: mask("CapAmb"),
    bounding: mask("CapBnd"),
  };
}

function has(mask: bigint): boolean {
  return ((mask >> NET_RAW) & 1n) === 1n;
}
