import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NmapPort } from "../../src/nmap/document.js";
import {
  countPorts,
  emptyPortSet,
  intersectPorts,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";
import { type HoleVerdict, observationOf, silentObservation } from "../../src/sweep/settle.js";
import { answer, evidenceAfter, HOST, hostOf, open, ports, reset, resultOf } from "./results.js";

const heard = (at: readonly [number, number]) =>
  resultOf({
    shard: { stage: "discover", probe: "hosts", ports: ports("") },
    hosts: [
      hostOf({
        status: { state: "up", reason: "echo-reply", ttl: 64 },
        mac: "02:00:00:00:00:01",
        vendor: "Lab",
      }),
    ],
    at,
  });
const pass = (answers: readonly NmapPort[], at: readonly [number, number], asked = "T:1-10,U:53") =>
  resultOf({ shard: { ports: ports(asked) }, hosts: [hostOf({ ports: answers })], at });

const judged: HoleVerdict = { holes: [], unjudged: null, resetLimited: false };
const asked = ports("T:1-10,U:53");
const context = { asked, names: ["db.example"], withheld: emptyPortSet, vanished: false };
const twoPasses = (answers: readonly NmapPort[]) =>
  evidenceAfter(heard([0, 10]), pass(answers, [20, 30]), pass(answers, [40, 50]), heard([60, 70]));

describe("what a run says of a host", () => {
  test("is its answers only, while its passes are not over", () => {
    const said = observationOf(twoPasses([open(1), reset(2)]), { ...context, holes: null });
    expect(said).toMatchObject({ presence: "alive", grade: "positive-only", names: ["db.example"] });
    expect(said.covered).toEqual(ports("T:1-2"));
    expect(said.quiet.map((group) => group.proof)).toEqual(["closed"]);
  });

  test("is no verdict on firewall holes, while nobody has looked: an earlier one that resets again is no hole less", () => {
    const answers = [open(1), reset(2)];
    expect(observationOf(twoPasses(answers), { ...context, holes: null }).holesUnjudged).toBe(
      "no second look",
    );
    expect(observationOf(twoPasses(answers), { ...context, holes: judged }).holesUnjudged).toBeNull();
  });

  test("is silence too, once it is settled: filtered for TCP, open|filtered for UDP", () => {
    const said = observationOf(twoPasses([open(1), reset(2)]), { ...context, holes: judged });
    expect(said).toMatchObject({
      grade: "full",
      mac: "02:00:00:00:00:01",
      vendor: "Lab",
      aliveReason: "echo-reply",
    });
    expect(said.covered).toEqual(asked);
    expect(said.quiet).toEqual([
      { state: "closed", reason: "reset", proof: "closed", ports: ports("T:2") },
      { state: "filtered", reason: "no-response", proof: "silent", ports: ports("T:3-10") },
      { state: "open|filtered", reason: "no-response", proof: "silent", ports: ports("U:53") },
    ]);
  });

  test("calls the silent ports of a host that limits its resets closed-or-filtered", () => {
    const said = observationOf(twoPasses([open(1)]), {
      ...context,
      holes: { ...judged, resetLimited: true },
    });
    expect(said.quiet.map((group) => group.state)).toEqual(["closed-or-filtered", "open|filtered"]);
  });

  test("puts a port that was refused by ICMP and by a reset under the reset, the stronger proof", () => {
    const host = evidenceAfter(
      pass([answer(2, "filtered", "admin-prohibited")], [0, 10]),
      pass([reset(2)], [20, 30]),
    );
    expect(observationOf(host, { ...context, holes: null }).quiet).toEqual([
      { state: "closed", reason: "reset", proof: "closed", ports: ports("T:2") },
    ]);
  });

  test("leaves out what was not asked in this run", () => {
    const host = evidenceAfter(pass([open(22), open(1), reset(80)], [0, 10], "T:1,22,80"));
    const said = observationOf(host, { ...context, holes: null });
    expect(said.covered).toEqual(ports("T:1"));
    expect(said.cells.map((cell) => cell.port)).toEqual([1]);
  });

  test("hands on the holes and why there are none", () => {
    const holes = [
      { protocol: "tcp", port: 2, silentShare: 0.99, neighboursAsked: 20, neighboursAnswered: 0 },
    ] as const;
    expect(observationOf(twoPasses([reset(2)]), { ...context, holes: { ...judged, holes } }).holes).toEqual(
      holes,
    );
    const limited = { holes: [], unjudged: "limited resets", resetLimited: true };
    expect(observationOf(twoPasses([reset(2)]), { ...context, holes: limited }).holesUnjudged).toBe(
      "limited resets",
    );
  });

  test("covers nothing of an address that answered nothing", () => {
    expect(silentObservation(HOST, false)).toMatchObject({
      presence: "silent",
      cells: [],
      quiet: [],
      covered: emptyPortSet,
    });
    expect(silentObservation(HOST, true).presence).toBe("vanished");
    const unheard = evidenceAfter(pass([], [20, 30]), pass([], [40, 50]));
    expect(observationOf(unheard, { ...context, holes: judged })).toMatchObject({
      presence: "silent",
      covered: emptyPortSet,
    });
  });

  test("covers exactly its cells and quiet groups, each port in one place", () => {
    const answers = fc.uniqueArray(
      fc.record({
        port: fc.integer({ min: 1, max: 10 }),
        kind: fc.constantFrom(open, reset, (p: number) => answer(p, "filtered", "host-prohibited")),
      }),
      { selector: (a) => a.port, maxLength: 10 },
    );
    fc.assert(
      fc.property(fc.array(answers, { maxLength: 4 }), fc.boolean(), (passes, settled) => {
        const host = evidenceAfter(
          heard([0, 10]),
          ...passes.map((found, i) =>
            pass(
              found.map(({ port, kind }) => kind(port)),
              [20 + i * 20, 30 + i * 20],
            ),
          ),
          heard([200, 210]),
        );
        const said = observationOf(host, { ...context, holes: settled ? judged : null });
        const sets = [portSetOf(said.cells), ...said.quiet.map((group) => group.ports)];
        const sum = sets.reduce((total, set) => total + countPorts(set), 0);
        expect(unionPorts(...sets)).toEqual(said.covered);
        expect(sum).toBe(countPorts(said.covered));
        expect(countPorts(subtractPorts(said.covered, asked))).toBe(0);
        expect(countPorts(intersectPorts(said.covered, asked))).toBe(sum);
      }),
    );
  });
});
