import { describe, expect, it } from "vitest";
import { FRAGILE_PORTS, withoutFragilePorts } from "../../src/nmap/fragilePorts.js";
import { formatPortSet, parseCanonicalPorts } from "../../src/scope/portSet.js";

describe("ports that get no data probes", () => {
  it.each([
    ["T:22,80,443", "T:22,80,443", ""],
    ["T:80,515,9100-9116", "T:80", "T:515,9100-9116"],
    ["T:9099-9117", "T:9099,9117", "T:9100-9116"],
    ["T:102,502,44818,U:53,47808", "U:53", "T:102,502,44818,U:47808"],
    ["T:2222,U:2222", "T:2222", "U:2222"],
    ["", "", ""],
  ])("%s is split into %s and %s", (ports, probe, skipped) => {
    const split = withoutFragilePorts(parseCanonicalPorts(ports));
    expect([formatPortSet(split.probe), formatPortSet(split.skipped)]).toEqual([probe, skipped]);
  });

  it("each entry says what it is and where its numbers come from", () => {
    for (const entry of FRAGILE_PORTS) {
      expect(entry.what.length * entry.source.length).toBeGreaterThan(0);
      expect(entry.tcp.length + entry.udp.length).toBeGreaterThan(0);
    }
  });
});
