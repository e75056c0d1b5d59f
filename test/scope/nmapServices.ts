import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { PROTOCOLS } from "../../src/facts/port.js";
import type { ServiceTable } from "../../src/scope/serviceTable.js";

const FILE = "/usr/share/nmap/nmap-services";

/** Whether nmap and its table are here to be compared with. */
export const nmapIsHere = existsSync(FILE) && spawnSync("nmap", ["--version"]).status === 0;

/** nmap's own table, read without the nmap room so that this room's tests stand alone. */
export function readInstalledServices(): ServiceTable {
  const lines = readFileSync(FILE, "utf8").split("\n");
  return {
    entries: lines.flatMap((line) => {
      const [name, portText, frequency] = line.split(/\s+/);
      const [port, protocol] = portText?.split("/") ?? [];
      const known = PROTOCOLS.find((each) => each === protocol);
      if (line.startsWith("#") || name === undefined || known === undefined) return [];
      return [{ name, protocol: known, port: Number(port), frequency: Number(frequency) }];
    }),
  };
}

/**
 * What nmap makes of port arguments, as `T:22,U:53`, or null where it gives up. Without a target it sends
 * nothing and ends.
 */
export function askNmapForPorts(args: readonly string[]): string | null {
  const { stdout } = spawnSync("nmap", ["--privileged", "-v", "-oG", "-", ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
  const match = /^# Ports scanned: TCP\(\d+;([^)]*)\) UDP\(\d+;([^)]*)\)/m.exec(stdout);
  if (match === null) return null;
  const [, tcp = "", udp = ""] = match;
  return [tcp === "" ? "" : `T:${tcp}`, udp === "" ? "" : `U:${udp}`].filter((part) => part !== "").join(",");
}
