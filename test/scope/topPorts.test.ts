import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { formatPortSet } from "../../src/scope/portSet.js";
import { topPorts } from "../../src/scope/topPorts.js";
import { askNmapForPorts, nmapIsHere, readInstalledServices } from "./nmapServices.js";

const services = {
  entries: [
    { name: "a", protocol: "tcp", port: 9, frequency: 0.1 },
    { name: "b", protocol: "tcp", port: 5, frequency: 0.1 },
    { name: "c", protocol: "tcp", port: 80, frequency: 0.5 },
    { name: "again", protocol: "tcp", port: 5, frequency: 0.9 },
    { name: "d", protocol: "udp", port: 53, frequency: 0.2 },
    { name: "zero", protocol: "tcp", port: 0, frequency: 1 },
  ],
} as const;

describe("top ports", () => {
  it.each([
    [1, ["tcp"], "T:80"],
    [2, ["tcp"], "T:5,80"],
    [3, ["tcp", "udp"], "T:5,9,80,U:53"],
    [1, ["udp"], "U:53"],
    [1, ["udp", "udp"], "U:53"],
    [9, [], ""],
  ] as const)("%i of %j are %s", (n, protocols, text) => {
    expect(formatPortSet(topPorts(n, protocols, services))).toBe(text);
  });

  it.each([0, -1, 1.5, 65_536, Number.NaN, Number.POSITIVE_INFINITY])("%d of them is refused", (n) => {
    expect(() => topPorts(n, ["tcp"], services)).toThrow(PortreeveError);
  });

  it.skipIf(!nmapIsHere).each([1, 10, 20, 100, 1000, 2000, 5000, 8000, 65_535])(
    "%i are the ports that nmap's --top-ports chooses (skipped where nmap is not installed)",
    (n) => {
      const table = readInstalledServices();
      expect(formatPortSet(topPorts(n, ["tcp"], table))).toBe(
        askNmapForPorts(["-sS", "--top-ports", `${n}`]),
      );
      expect(formatPortSet(topPorts(n, ["udp"], table))).toBe(
        askNmapForPorts(["-sU", "--top-ports", `${n}`]),
      );
      expect(formatPortSet(topPorts(n, ["tcp", "udp"], table))).toBe(
        askNmapForPorts(["-sS", "-sU", "--top-ports", `${n}`]),
      );
    },
  );
});
