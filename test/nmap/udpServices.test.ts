import { describe, expect, it } from "vitest";
import { findNmap } from "../../src/nmap/locate.js";
import { parseUdpServices, readUdpServices } from "../../src/nmap/udpServices.js";
import { formatPortSet, hasPort } from "../../src/scope/portSet.js";

describe("ports for which nmap knows a UDP service's words", () => {
  it.each([
    ["those of a UDP probe", "Probe UDP A q|x|\nrarity 1\nports 53,1967", "U:53,1967"],
    ["ranges, in any order", "Probe UDP A q|x|\nports 161,32750-32752,53", "U:53,161,32750-32752"],
    [
      "no TCP probe's, and no TLS ports",
      "Probe TCP A q|x|\nports 80\nProbe UDP B q|y|\nsslports 443\nports 69",
      "U:69",
    ],
    [
      "of several probes each port once",
      "Probe UDP A q|x|\nports 53,69\nProbe UDP B q|y|\nports 50-60",
      "U:50-60,69",
    ],
    ["none of a broken line", "Probe UDP A q|x|\nports 70000,9-5,x\nports 7", "U:7"],
    ["none of no probes", "# ports 53", ""],
  ])("%s", (_, text, expected) => {
    expect(formatPortSet(parseUdpServices(text))).toBe(expected);
  });

  it("are read from the file of this nmap", async () => {
    const ports = await readUdpServices(await findNmap());
    for (const port of [53, 69, 123, 161, 500]) expect(hasPort(ports, "udp", port)).toBe(true);
    expect(ports.tcp).toEqual([]);
  });
});
