import { describe, expect, it } from "vitest";
import type { PortSet } from "../../src/facts/port.js";
import {
  type ArgvOptions,
  DISCOVERY_PORTS,
  discoverArgv,
  identifyArgv,
  knockArgv,
  lookArgv,
  proveUdpArgv,
  sweepArgv,
} from "../../src/nmap/argv.js";
import { findNmap } from "../../src/nmap/locate.js";
import { readServiceTable } from "../../src/nmap/serviceTable.js";
import { emptyPortSet, parseCanonicalPorts } from "../../src/scope/portSet.js";

const raw: ArgvOptions = {
  method: "raw",
  family: 4,
  ports: parseCanonicalPorts("T:22,80-90"),
  rate: 500,
  minRate: false,
  hostGroup: 16,
  privileged: false,
};
const none: PortSet = emptyPortSet;
const both = parseCanonicalPorts("T:22,U:53");
const udp = parseCanonicalPorts("U:53,161");
const SYN = `-PS${DISCOVERY_PORTS.join(",")}`;
const PACE =
  "--min-hostgroup 16 --max-hostgroup 16 --min-parallelism 500 --min-rtt-timeout 500ms --max-rate 500";
const COMMON = "-n --noninteractive --no-stylesheet";

describe("argument lists", () => {
  it.each([
    [
      "discovery, raw",
      discoverArgv({ ...raw, ports: none }),
      `${COMMON} -sn -PE -PP ${SYN} -PA80,443 --max-retries 1 ${PACE}`,
    ],
    [
      "discovery of IPv6 has no timestamp",
      discoverArgv({ ...raw, ports: none, family: 6 }),
      `-6 ${COMMON} -sn -PE ${SYN} -PA80,443 --max-retries 1 ${PACE}`,
    ],
    [
      "discovery by connect",
      discoverArgv({ ...raw, ports: none, method: "connect" }),
      `${COMMON} --unprivileged -sn ${SYN} --max-retries 1 ${PACE}`,
    ],
    [
      "discovery asks further ports once each",
      discoverArgv({ ...raw, ports: none, method: "connect", extraPorts: [22, 8443] }),
      `${COMMON} --unprivileged -sn ${SYN},8443 --max-retries 1 ${PACE}`,
    ],
    ["a TCP pass", sweepArgv(raw), `${COMMON} -Pn -sS -p T:22,80-90 --max-retries 0 ${PACE}`],
    [
      "a pass as a user with the ambient capability",
      sweepArgv({ ...raw, privileged: true }),
      `${COMMON} --privileged -Pn -sS -p T:22,80-90 --max-retries 0 ${PACE}`,
    ],
    [
      "a TCP and UDP pass",
      sweepArgv({ ...raw, ports: both }),
      `${COMMON} -Pn -sS -sU -r -p T:22,U:53 --max-retries 0 ${PACE}`,
    ],
    [
      "a UDP pass of IPv6",
      sweepArgv({ ...raw, ports: udp, family: 6 }),
      `-6 ${COMMON} -Pn -sU -r -p U:53,161 --max-retries 0 ${PACE}`,
    ],
    [
      "a pass by connect",
      sweepArgv({ ...raw, method: "connect", privileged: true }),
      `${COMMON} --unprivileged -Pn -sT -p T:22,80-90 --max-retries 0 ${PACE}`,
    ],
    [
      "a pass at a named rate",
      sweepArgv({ ...raw, minRate: true }),
      `${COMMON} -Pn -sS -p T:22,80-90 --max-retries 0 ${PACE} --min-rate 500`,
    ],
    [
      "identification",
      identifyArgv({ ...raw, hostGroup: 1 }),
      `${COMMON} -Pn -sS -sV -p T:22,80-90 --max-rate 500`,
    ],
    [
      "identification of UDP",
      identifyArgv({ ...raw, ports: udp }),
      `${COMMON} -Pn -sU -sV --version-intensity 2 -p U:53,161 --max-rate 500`,
    ],
    [
      "a second look",
      lookArgv({ ...raw, rate: 10 }),
      `${COMMON} -Pn -sS -p T:22,80-90 --max-retries 1 --max-rate 10`,
    ],
    [
      "services, of printers too",
      identifyArgv({ ...raw, rate: 50, fragileToo: true }),
      `${COMMON} -Pn -sS -sV --allports -p T:22,80-90 --max-rate 50`,
    ],
    [
      "proof of closed UDP ports: the delay sets the pace, even where the user named a rate",
      proveUdpArgv({ ...raw, ports: udp, rate: 16, minRate: true, scanDelayMs: 1000 }),
      `${COMMON} -Pn -sU -p U:53,161 --max-retries 0 --min-hostgroup 16 --max-hostgroup 16 ` +
        "--min-rtt-timeout 500ms --max-rate 32 --scan-delay 1000ms --max-scan-delay 1000ms",
    ],
    [
      "a knock",
      knockArgv({ ...raw, ports: udp, minRate: true }),
      `${COMMON} -Pn -sU -sV --version-intensity 0 -p U:53,161 --max-retries 0 ${PACE}`,
    ],
    [
      "a second look with a delay",
      lookArgv({ ...raw, rate: 10, scanDelayMs: 1000 }),
      `${COMMON} -Pn -sS -p T:22,80-90 --max-retries 1 --scan-delay 1000ms --max-scan-delay 1000ms --max-rate 10`,
    ],
  ])("%s", (_, argv, expected) => {
    expect(argv.join(" ")).toBe(expected);
  });

  it("never a rate of 0, which would be none, and whole packets a second", () => {
    expect(sweepArgv({ ...raw, rate: 0.4 }).slice(-2)).toEqual(["--max-rate", "1"]);
    expect(sweepArgv({ ...raw, rate: 112.5 }).slice(-2)).toEqual(["--max-rate", "112"]);
  });

  it("never what throws answers away or tells untruths", () => {
    const makers = [discoverArgv, sweepArgv, identifyArgv, lookArgv, knockArgv, proveUdpArgv];
    const all = makers.flatMap((make) => make({ ...raw, minRate: true, scanDelayMs: 1000 }));
    expect(
      all.filter((flag) => /host-timeout|^-T|^--open|defeat|allports|script|^-o|^-iL/.test(flag)),
    ).toEqual([]);
  });

  it("the discovery ports are the 20 most frequent of this nmap's table", async () => {
    const { entries } = await readServiceTable(await findNmap());
    const top = entries.filter((e) => e.protocol === "tcp").sort((a, b) => b.frequency - a.frequency);
    expect(DISCOVERY_PORTS).toEqual(top.slice(0, 20).map((e) => e.port));
  });
});
