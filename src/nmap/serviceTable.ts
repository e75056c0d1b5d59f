/** nmap's own table of services, which says what "the 1000 top ports" are. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PortreeveError } from "../facts/error.js";
import { PROTOCOLS } from "../facts/port.js";
import type { ServiceEntry, ServiceTable } from "../scope/serviceTable.js";

/**
 * Reads the `nmap-services` file that belongs to this nmap: NMAPDIR, beside the binary, then the usual places.
 * Throws `failed` where there is none.
 */
export async function readServiceTable(binary: string): Promise<ServiceTable> {
  return parseServiceTable(await readDataFile(binary, "nmap-services"));
}

/** The text of one of nmap's own data files. Throws `failed` where there is none. */
export async function readDataFile(binary: string, name: string): Promise<string> {
  const folders = [
    ...(process.env.NMAPDIR ? [process.env.NMAPDIR] : []),
    join(dirname(binary), "..", "share", "nmap"),
    "/usr/share/nmap",
    "/usr/local/share/nmap",
  ];
  for (const folder of folders) {
    try {
      return await readFile(join(folder, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw unreadable(join(folder, name), error);
    }
  }
  throw new PortreeveError("failed", `nmap's file ${name} was not found`, {
    hint: `It comes with nmap (Debian: package nmap-common). Looked in: ${[...new Set(folders)].join(", ")}`,
  });
}

/** Parses `name<TAB>port/protocol<TAB>frequency [# comment]` lines; lines of other protocols are left out. */
export function parseServiceTable(text: string): ServiceTable {
  const entries = text.split("\n").flatMap((line): ServiceEntry[] => {
    const found = /^(\S+)\s+(\d{1,5})\/(\w+)\s+([\d.]+(?:[eE][-+]?\d+)?)/.exec(line);
    const protocol = PROTOCOLS.find((known) => known === found?.[3]);
    if (!found || protocol === undefined || line.startsWith("#")) return [];
    const port = Number(found[2]);
    return port > 65535 ? [] : [{ name: found[1] ?? "unknown", protocol, port, frequency: Number(found[4]) }];
  });
  return { entries };
}

function unreadable(path: string, cause: unknown): PortreeveError {
  return new PortreeveError("failed", `${path} cannot be read`, {
    hint: "Check the file's permissions, or unset NMAPDIR.",
    cause,
  });
}
