import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { parseNmapXml } from "../../src/nmap/parseXml.js";
import { absent, cuts, readCorpus, refusedForCause, truths } from "./corpora.js";

describe.skipIf(absent !== null)(
  `files that nmap really wrote${absent ? ` (skipped: ${absent})` : ""}`,
  () => {
    it.each(truths.map((truth) => [truth.file, truth] as const))(
      "%s is read as it is",
      async (file, truth) => {
        const parsed = await parseNmapXml(readCorpus(file).toString("utf8"));
        if (truth.root !== "nmaprun" || refusedForCause.has(file)) {
          expect(parsed.form).toBe("refused");
          return;
        }
        expect([parsed.form, parsed.notes]).toEqual([truth.well_formed ? "whole" : "cut", expect.anything()]);
        const { document } = parsed;
        expect(document?.version).toBe(truth.version ?? "");
        expect(document?.counts ?? null).toEqual(truth.runstats_hosts);
        expect(document?.finished?.exit ?? null).toBe(truth.finished?.exit ?? null);
        expect(document?.finished?.errorMessage ?? null).toBe(truth.finished?.errormsg ?? null);
        expect(
          document?.hosts.map((host) => ({
            addr: host.address,
            mac: host.mac,
            status: host.status.state,
            timedout: host.timedOut,
            names: host.hostnames.map((name) => name.name),
            ports: host.ports.map((p) => [p.protocol, p.port, p.state, p.service?.name ?? null]),
            extra: host.extraPorts.map((e) => [e.state, e.count]),
            os: host.osMatches.length,
          })),
        ).toEqual(
          // test_osclass.xml has the word "IP" for its address; scan_invalid_services.xml ports without a protocol.
          truth.hosts
            .filter((host) => host.addr.some((a) => isIP(a) !== 0))
            .map((host) => ({
              addr: host.addr[0],
              mac: host.mac[0] ?? null,
              status: host.status ?? "unknown",
              timedout: host.timedout,
              names: host.hostnames.map(([name]) => name),
              ports: host.ports
                .filter(([protocol]) => protocol !== null)
                .map(([protocol, port, state, , service]) => [protocol, port, state, service]),
              extra: host.extraports,
              os: host.os,
            })),
        );
      },
    );

    it("every cut keeps exactly its whole hosts, and none passes for whole", async () => {
      const wrong: unknown[] = [];
      for (const cut of cuts) {
        const text = readCorpus(cut.file).subarray(0, cut.bytes).toString("utf8");
        const parsed = await parseNmapXml(text);
        const found = parsed.document?.hosts.map((host) => host.address) ?? [];
        const right =
          parsed.form === (cut.well_formed ? "whole" : "cut") &&
          JSON.stringify(found) === JSON.stringify(cut.addrs.filter((a) => isIP(a) !== 0));
        if (!right) wrong.push({ ...cut, form: parsed.form, found, notes: parsed.notes });
      }
      expect(wrong).toEqual([]);
      expect(cuts.length).toBeGreaterThan(300);
    }, 120_000);
  },
);
