import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { emptyPortSet } from "../../src/scope/portSet.js";
import {
  answeredPorts,
  closedPorts,
  foldShard,
  isAlive,
  openPorts,
  type RunEvidence,
} from "../../src/sweep/evidence.js";
import { observationOf } from "../../src/sweep/settle.js";
import { anchoredSilences, believedSilence, portsDue } from "../../src/sweep/silence.js";
import { answer, evidenceAfter, extra, hostOf, open, ports, reset, resultOf } from "./results.js";

const ECHO = { state: "up", reason: "echo-reply", ttl: 63 };
/** Discovery before, and a last look after, everything between 1000 and 9000. */
const heardAt = (from: number, to: number) =>
  resultOf({
    shard: { stage: "discover", probe: "hosts", ports: ports("") },
    hosts: [hostOf({ status: ECHO })],
    at: [from, to],
  });
const before = heardAt(0, 900);
const after = heardAt(9100, 9900);
const silentPass = (from: number, to: number, whole = true) =>
  resultOf({
    hosts: [
      hostOf({
        extraPorts: [
          extra("filtered", "no-response", [
            [22, 22],
            [80, 80],
          ]),
        ],
      }),
    ],
    whole,
    at: [from, to],
  });

describe("silence", () => {
  test("is believed after two whole passes between two answers of the host", () => {
    const host = evidenceAfter(before, silentPass(1000, 2000), silentPass(3000, 4000), after);
    expect(believedSilence(host)).toEqual(ports("T:22,80"));
    expect(portsDue(host, ports("T:22,80"))).toEqual(ports(""));
  });

  test.each([
    ["one pass only", [before, silentPass(1000, 2000), after]],
    ["no answer after it", [before, silentPass(1000, 2000), silentPass(3000, 4000)]],
    ["no answer before it", [silentPass(1000, 2000), silentPass(3000, 4000), after]],
    [
      "an answer after the first pass only",
      [before, silentPass(1000, 2000), heardAt(2500, 2600), silentPass(3000, 4000)],
    ],
    ["a second pass that was cut", [before, silentPass(1000, 2000), silentPass(3000, 4000, false), after]],
    [
      "an answer that came while a pass went on",
      [heardAt(500, 1500), silentPass(1000, 2000), silentPass(3000, 4000), after],
    ],
  ])("is not believed with %s", (_what, results) => {
    expect(believedSilence(evidenceAfter(...results))).toEqual(ports(""));
  });

  test("of a port that answered in any pass is no silence", () => {
    const host = evidenceAfter(
      before,
      silentPass(1000, 2000),
      silentPass(3000, 4000),
      resultOf({ hosts: [hostOf({ ports: [reset(80)] })], at: [5000, 6000] }),
      after,
    );
    expect(believedSilence(host)).toEqual(ports("T:22"));
    expect(closedPorts(host)).toEqual(ports("T:80"));
  });

  test("is not proved by a host that nmap gave up on", () => {
    const gaveUp = (at: readonly [number, number]) => resultOf({ hosts: [hostOf({ timedOut: true })], at });
    const host = evidenceAfter(before, gaveUp([1000, 2000]), gaveUp([3000, 4000]), after);
    expect(anchoredSilences(host)).toEqual([]);
    expect(portsDue(host, ports("T:22,80"))).toEqual(ports("T:22,80"));
  });

  test("of ports in two groups without lists proves nothing, for nobody can tell which is which", () => {
    const blurred = (at: readonly [number, number]) =>
      resultOf({
        hosts: [
          hostOf({ extraPorts: [extra("filtered", "no-response", null), extra("closed", "reset", null)] }),
        ],
        at,
      });
    const host = evidenceAfter(before, blurred([1000, 2000]), blurred([3000, 4000]), after);
    expect(answeredPorts(host)).toEqual(ports(""));
    expect(believedSilence(host)).toEqual(ports(""));
  });

  test("from before the host was first heard is asked again", () => {
    const host = evidenceAfter(silentPass(1000, 2000), silentPass(2000, 3000), heardAt(3500, 3600));
    expect(portsDue(host, ports("T:22,80"))).toEqual(ports("T:22,80"));
  });

  test("of a services shard is none: version detection asks open ports only", () => {
    const asked = (at: readonly [number, number]) =>
      resultOf({ shard: { stage: "identify", probe: "services" }, hosts: [hostOf()], at });
    expect(believedSilence(evidenceAfter(before, asked([1000, 2000]), asked([3000, 4000]), after))).toEqual(
      ports(""),
    );
  });
});

describe("an answer", () => {
  test("counts from a cut shard too", () => {
    const host = evidenceAfter(resultOf({ hosts: [hostOf({ ports: [open(22), reset(80)] })], whole: false }));
    expect(openPorts(host)).toEqual(ports("T:22"));
    expect(closedPorts(host)).toEqual(ports("T:80"));
    expect(isAlive(host)).toBe(true);
  });

  test("of an address that the shard did not ask is ignored", () => {
    const run: RunEvidence = new Map();
    const foreign = hostOf({ address: "198.18.0.99" as Address, ports: [open(22)] });
    expect(foldShard(run, resultOf({ hosts: [foreign] }))).toEqual([]);
    expect([...run.keys()]).toEqual([]);
  });

  test("open in one pass and reset in another is unstable, and not confirmed however often it was open", () => {
    const host = evidenceAfter(
      resultOf({ hosts: [hostOf({ ports: [open(22)] })] }),
      resultOf({ hosts: [hostOf({ ports: [open(22)] })] }),
      resultOf({ hosts: [hostOf({ ports: [reset(22)] })] }),
    );
    const { cells, quiet } = observationOf(host, {
      asked: ports("T:22"),
      names: [],
      holes: null,
      withheld: emptyPortSet,
      vanished: false,
    });
    expect(cells).toMatchObject([{ port: 22, state: "open", proof: "unstable", confidence: "unconfirmed" }]);
    expect(quiet).toEqual([]);
  });

  test("is confirmed when it was seen twice, single when seen once", () => {
    const once = resultOf({ hosts: [hostOf({ ports: [open(22)] })] });
    const confidence = (...results: ReturnType<typeof resultOf>[]) =>
      observationOf(evidenceAfter(...results), {
        asked: ports("T:22"),
        names: [],
        holes: null,
        withheld: emptyPortSet,
        vanished: false,
      }).cells[0]?.confidence;
    expect(confidence(once)).toBe("single");
    expect(confidence(once, once)).toBe("confirmed");
  });

  test("to identification keeps its service when a later sweep sees the port without one", () => {
    const service = { name: "ssh", product: "OpenSSH", method: "probed" } as never;
    const named = resultOf({
      shard: { stage: "identify", probe: "services" },
      hosts: [hostOf({ ports: [open(22, { service })] })],
    });
    const again = resultOf({ hosts: [hostOf({ ports: [open(22)] })] });
    for (const results of [
      [again, named],
      [named, again],
    ]) {
      const { cells } = observationOf(evidenceAfter(...results), {
        asked: ports("T:22"),
        names: [],
        holes: null,
        withheld: emptyPortSet,
        vanished: false,
      });
      expect(cells).toMatchObject([{ service: { product: "OpenSSH" }, confidence: "confirmed" }]);
    }
  });

  test("in a group counts for each of its ports, listed or all the others", () => {
    const listed = hostOf({ extraPorts: [extra("closed", "reset", [[22, 22]])] });
    expect(closedPorts(evidenceAfter(resultOf({ hosts: [listed] })))).toEqual(ports("T:22"));
    const others = hostOf({ ports: [open(22)], extraPorts: [extra("closed", "reset", null)] });
    expect(closedPorts(evidenceAfter(resultOf({ hosts: [others] })))).toEqual(ports("T:80"));
  });

  test("in a group covers no port that was not asked", () => {
    const more = hostOf({ extraPorts: [extra("closed", "reset", [[1, 1000]])] });
    expect(closedPorts(evidenceAfter(resultOf({ hosts: [more] })))).toEqual(ports("T:22,80"));
  });
});

describe("life", () => {
  test.each(["user-set", "no-response", "unknown-response"])(
    "is not proved by status up, reason %s",
    (reason) => {
      const host = evidenceAfter(
        resultOf({ hosts: [hostOf({ status: { state: "up", reason, ttl: null } })] }),
      );
      expect(isAlive(host)).toBe(false);
      expect(host.aliveReason).toBe(null);
    },
  );

  test("is not proved by status down, whatever its reason", () => {
    const host = evidenceAfter(
      resultOf({ hosts: [hostOf({ status: { state: "down", reason: "host-unreach", ttl: 60 } })] }),
    );
    expect(isAlive(host)).toBe(false);
  });

  test("is not proved by an ICMP refusal of a router on the way, which still refuses the port", () => {
    const refused = answer(22, "filtered", "admin-prohibited", { reasonIp: "198.18.0.254" });
    const host = evidenceAfter(resultOf({ hosts: [hostOf({ ports: [refused] })] }));
    expect(isAlive(host)).toBe(false);
    expect(answeredPorts(host)).toEqual(ports("T:22"));
  });

  test("is not proved by a group of ICMP refusals: nmap does not say who sent them", () => {
    const host = evidenceAfter(
      resultOf({
        hosts: [
          hostOf({
            extraPorts: [
              extra("filtered", "host-prohibited", [
                [22, 22],
                [80, 80],
              ]),
            ],
          }),
        ],
      }),
    );
    expect(isAlive(host)).toBe(false);
    expect(answeredPorts(host)).toEqual(ports("T:22,80"));
  });

  test("is proved by a refusal that the host sent itself", () => {
    const refused = answer(22, "filtered", "admin-prohibited", { reasonIp: null, ttl: 64 });
    expect(isAlive(evidenceAfter(resultOf({ hosts: [hostOf({ ports: [refused] })] })))).toBe(true);
  });

  test.each([
    ["an open port", hostOf({ ports: [open(22)] })],
    ["a reset", hostOf({ ports: [reset(80)] })],
    ["a group of resets", hostOf({ extraPorts: [extra("closed", "reset", [[22, 22]])] })],
    ["an echo reply", hostOf({ status: ECHO })],
  ])("is proved by %s", (_what, host) => {
    expect(isAlive(evidenceAfter(resultOf({ hosts: [host] })))).toBe(true);
  });

  test("is not dated sooner than the answer may have come: the anchors are the safe ends of its process", () => {
    const host = evidenceAfter(resultOf({ hosts: [hostOf({ status: ECHO })], at: [1000, 2000] }));
    expect([host.firstAnswerBy, host.lastAnswerFrom]).toEqual([2000, 1000]);
  });
});
