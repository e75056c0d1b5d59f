import { expect, test } from "vitest";
import type { HostObservation, Service } from "../../src/facts/observation.js";
import { BatchReader } from "../../src/ingest/batchReader.js";
import { BatchWriter, type ImportedHost } from "../../src/ingest/hostBatch.js";
import { parseAddress } from "../../src/scope/address.js";
import { parseCanonicalPorts } from "../../src/scope/portSet.js";

const asked = parseCanonicalPorts("T:1-100,U:53");

function service(product: string): Service {
  return {
    name: "s",
    product,
    version: null,
    extraInfo: null,
    tunnel: null,
    method: "probed",
    confidence: 10,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: ["cpe:/a:x"],
  };
}

function host(number: number): ImportedHost {
  const observation: HostObservation = {
    address: parseAddress(`10.0.${number >> 8}.${number & 255}`),
    presence: number % 7 === 0 ? "silent" : "alive",
    aliveReason: "echo-reply",
    mac: null,
    vendor: null,
    names: [`n${number}`],
    cells: [1, 2].map((port) => ({
      protocol: port === 1 ? "tcp" : "udp",
      port,
      state: "open",
      reason: `r${number % 5}`,
      proof: "open",
      ttl: port === 1 ? null : 64,
      service: number % 3 === 0 ? null : service(`p${number % 9500} ${port}`),
      scripts: number % 11 === 0 ? [{ id: "x", output: `o${number}` }] : [],
      confidence: "imported",
    })),
    quiet: [
      {
        state: "closed",
        reason: "reset",
        proof: "closed",
        ports: parseCanonicalPorts(`T:${3 + (number % 50)}-${60 + (number % 9)}`),
      },
      { state: "filtered", reason: "no-response", proof: "silent", ports: parseCanonicalPorts("U:53") },
    ],
    covered: number % 2 === 0 ? asked : parseCanonicalPorts("T:80-90"),
    grade: "full",
    holes: [],
    holesUnjudged: "imported",
  };
  return {
    observation,
    startedAt: 1_767_225_600_000 + number,
    endedAt: null,
    timedOut: number % 13 === 0,
    ...(number % 5 === 0 ? { resetTtl: 63 } : {}),
  };
}

test("hosts are the same on the other side, however many services there are", () => {
  const hosts = Array.from({ length: 15_000 }, (_, number) => host(number));
  const writer = new BatchWriter(asked);
  const reader = new BatchReader(asked);
  const again: ImportedHost[] = [];
  let batches = 0;
  const take = () => {
    batches += 1;
    again.push(...reader.read(structuredClone(writer.take())));
  };
  for (const each of hosts) {
    writer.add(each);
    if (writer.isFull) take();
  }
  take();
  expect(batches).toBeGreaterThan(50);
  expect(again.length).toBe(hosts.length);
  expect(again.every((each, index) => JSON.stringify(each) === JSON.stringify(hosts[index]))).toBe(true);
  // The set asked is one object for all.
  expect(again[0]?.observation.covered).toBe(asked);
});
