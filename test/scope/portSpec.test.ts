import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { formatPortSet, parseCanonicalPorts, unionPorts } from "../../src/scope/portSet.js";
import { parsePorts } from "../../src/scope/portSpec.js";
import type { ServiceTable } from "../../src/scope/serviceTable.js";
import { askNmapForPorts, nmapIsHere, readInstalledServices } from "./nmapServices.js";

const services = {
  entries: [
    { name: "ssh", protocol: "tcp", port: 22, frequency: 0.2 },
    { name: "ssh", protocol: "udp", port: 22, frequency: 0 },
    { name: "domain", protocol: "udp", port: 53, frequency: 0.2 },
    { name: "http", protocol: "tcp", port: 80, frequency: 0.5 },
    { name: "https", protocol: "tcp", port: 443, frequency: 0.4 },
    { name: "http-proxy", protocol: "tcp", port: 8080, frequency: 0.1 },
    { name: "X11:1", protocol: "tcp", port: 6001, frequency: 0.1 },
    { name: "reserved", protocol: "tcp", port: 0, frequency: 0 },
  ],
} as const;

function refusal(spec: string): PortreeveError {
  try {
    parsePorts(spec, { services });
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(spec)} was not refused`);
}

describe("a port specification", () => {
  it.each([
    ["22,80,8000-8100", "T:22,80,8000-8100"],
    ["80,22,22,79-81", "T:22,79-81"],
    ["-", "T:1-65535"],
    ["-1024", "T:1-1024"],
    ["60000-", "T:60000-65535"],
    ["022", "T:22"],
    ["U:53", "U:53"],
    ["T:22,U:53", "T:22,U:53"],
    ["T:22,80,U:53,161,T:443", "T:22,80,443,U:53,161"],
    ["22,U:53", "T:22,U:22,53"],
    ["U:53,T:-", "T:1-65535,U:53"],
    ["ssh", "T:22"],
    ["SSH", "T:22"],
    ["http*", "T:80,443,8080"],
    ["http?", "T:443"],
    ["x11:1", "T:6001"],
    ["*", "T:22,80,443,6001,8080"],
    ["U:ssh", "U:22"],
    ["U:*", "U:22,53"],
    ["[1-1024]", "T:22,80,443"],
    ["[-]", "T:22,80,443,6001,8080"],
    ["[22,23,80],23", "T:22-23,80"],
    ["[U:1-100],T:23", "T:23,U:22,53"],
    ["[U:1-100],23", "T:23,U:22-23,53"],
    ["U:[1-100],54", "U:22,53-54"],
    ["[ssh,http]", "T:22,80"],
  ])("%s is %s", (spec, text) => {
    expect(formatPortSet(parsePorts(spec, { services }))).toBe(text);
  });

  it.each([
    ["22", "T:22,U:22"],
    ["ssh,domain", "T:22,U:22,53"],
    ["T:22", "T:22"],
    ["U:53", "U:53"],
    ["[1-100]", "T:22,80,U:22,53"],
  ])("%s with UDP asked for is %s", (spec, text) => {
    expect(formatPortSet(parsePorts(spec, { services, udp: true }))).toBe(text);
  });

  it.each([
    ["", "empty", "22,80"],
    ["22, 80", "blank", "without blanks"],
    [" 22", "blank", ""],
    ["22\n", "blank", ""],
    ["22,", "a part is empty", ""],
    [",22", "a part is empty", ""],
    ["22,,80", "a part is empty", ""],
    ["T:", "no ports follow T:", ""],
    ["T:,22", "no ports follow T:", ""],
    ["T:22,U:", "no ports follow U:", ""],
    ["0", "port 0", "1 to 65535"],
    ["0-10", "port 0", ""],
    ["-0", "port 0", ""],
    ["70000", "above 65535", ""],
    ["1-65536", "above 65535", ""],
    ["99999999999999999999999", "above 65535", ""],
    ["80-70", "runs backwards", "write 70-80"],
    ["10-20-30", "no port, range or service name", ""],
    ["-10-20", "no port, range or service name", ""],
    ["+22", "no port", ""],
    ["22;id", "no port", ""],
    ["$(id)", "no port", ""],
    ["22\0", "no port", ""],
    ["gopher", 'no service called "gopher"', "number"],
    ["domain", 'no service called "domain" in nmap-services for tcp', ""],
    ["80-http", "no service called", ""],
    ["S:22", "SCTP is not swept yet", ""],
    ["P:6", "IP protocols are not swept", ""],
    ["t:22", 'unknown letter "t:"', "write T:"],
    ["X:22", 'unknown letter "X:"', ""],
    ["[22", "a bracket is not closed", ""],
    ["22]", "a stray bracket", ""],
    ["[[22]]", "brackets within brackets", ""],
    ["[22,[23]]", "brackets within brackets", ""],
    ["[]", "a part is empty", ""],
    ["[22]80", "a stray bracket", ""],
    ["[23]", "no port in it is in nmap-services", ""],
  ])("%j is refused: %s", (spec, why, hint) => {
    const error = refusal(spec);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(why);
    expect(error.hint ?? "").toContain(hint);
  });

  it("is shown in its refusal with control characters escaped", () => {
    expect(refusal("22\u001b[2J").message).toContain('"22\\u{1b}[2J"');
  });

  it("with a mask made to be slow is answered at once", () => {
    const start = performance.now();
    refusal(`${"*a".repeat(30)}b`);
    refusal(`${"*".repeat(1000)}q`);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it.skipIf(!nmapIsHere)("means what nmap says it means (skipped where nmap is not installed)", () => {
    const table = readInstalledServices();
    const anyPort = fc.integer({ min: 1, max: 65_535 });
    const anyItem = fc.oneof(
      anyPort.map(String),
      fc.tuple(anyPort, anyPort).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      anyPort.map((port) => `${port}-`),
      anyPort.map((port) => `-${port}`),
      fc.constantFrom("ssh", "http*", "s?mp", "domain", "*sql*", "ntp", "-", "*"),
    );
    const anyLettered = fc.tuple(fc.constantFrom("", "", "T:", "U:"), anyItem).map((pair) => pair.join(""));
    const anyBracket = fc
      .tuple(fc.constantFrom("", "T:", "U:"), fc.array(anyLettered, { minLength: 1, maxLength: 3 }))
      .map(([letter, items]) => `${letter}[${items.join(",")}]`);
    const anySpec = fc
      .array(fc.oneof({ weight: 4, arbitrary: anyLettered }, { weight: 1, arbitrary: anyBracket }), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) => parts.join(","))
      // Whether `U:[T:22]` asks for UDP at all is nmap's secret: no port of it is one.
      .filter((spec) => !/U:\[[^\]]*T:/.test(spec));
    for (const spec of fc.sample(anySpec, 40)) {
      expect([spec, readSpec(spec, table, false)]).toEqual([
        spec,
        askAsOneProtocolEach(spec, spec.includes("U:")),
      ]);
      expect([spec, readSpec(spec, table, true)]).toEqual([spec, askAsOneProtocolEach(spec, true)]);
    }
  });

  it("keeps a UDP port that nmap loses beside a name of the same TCP port", () => {
    expect(formatPortSet(parsePorts("http*,443", { services, udp: true }))).toBe("T:80,443,8080,U:443");
  });
});

function readSpec(spec: string, table: ServiceTable, udp: boolean): string | null {
  try {
    return formatPortSet(parsePorts(spec, { services: table, udp }));
  } catch (error) {
    if (error instanceof PortreeveError) return null;
    throw error;
  }
}

/**
 * nmap asked for a TCP scan and for a UDP scan, and the two put together: asked for both at once it loses ports
 * (`portSpec.ts` tells which).
 */
function askAsOneProtocolEach(spec: string, udp: boolean): string | null {
  const answers = [["-sS"], ...(udp ? [["-sU"]] : [])].map((scan) => askNmapForPorts([...scan, "-p", spec]));
  const found = answers.filter((answer) => answer !== null);
  return found.length === 0 ? null : formatPortSet(unionPorts(...found.map(parseCanonicalPorts)));
}
