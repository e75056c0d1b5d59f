import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { blockedSegments } from "../../src/sweep/blocked.js";
import { foldShard, type RunEvidence } from "../../src/sweep/evidence.js";
import { hostOf, open, ports, reset, resultOf } from "./results.js";

const ECHO = { state: "up", reason: "echo-reply", ttl: 63 };
const address = (last: number) => `198.18.0.${last}` as Address;

/** Five hosts with four known open ports each; of all twenty, `answering` answer. */
function blockedWith(answering: number, port = open, asked = "T:1-4", known = "T:1-4"): string[] {
  const evidence: RunEvidence = new Map();
  let left = answering;
  for (let host = 1; host <= 5; host++) {
    const answers = [1, 2, 3, 4].slice(0, Math.max(0, left)).map((number) => port(number));
    left -= 4;
    foldShard(
      evidence,
      resultOf({
        shard: { addresses: [address(host)], ports: ports("T:1-4") },
        hosts: [hostOf({ address: address(host), ports: answers, status: ECHO })],
      }),
    );
  }
  const knownOpen = new Map([1, 2, 3, 4, 5].map((host) => [address(host), ports(known)]));
  return [...blockedSegments(evidence, knownOpen, ports(asked))];
}

describe("a segment is blocked", () => {
  test("where over a fifth of twenty ports known open are silent at once", () => {
    expect(blockedWith(16)).toEqual([]);
    expect(blockedWith(15)).toEqual(["198.18.0.0/24"]);
    expect(blockedWith(0)).toEqual(["198.18.0.0/24"]);
  });

  test("not where some of those ports reset: services that stopped are no blocked scanner", () => {
    expect(blockedWith(16, reset)).toEqual([]);
  });

  test("where nearly all reset at once: something answers for the hosts", () => {
    expect(blockedWith(20, reset)).toEqual(["198.18.0.0/24"]);
  });

  test("not with fewer than twenty ports known open, of those that were asked", () => {
    expect(blockedWith(0, open, "T:1-3")).toEqual([]);
    expect(blockedWith(0, open, "T:1-4", "T:1-3")).toEqual([]);
  });

  test("not by hosts that answered nothing at all: no silence of theirs is believed anyway", () => {
    const knownOpen = new Map([[address(1), ports("T:1-20")]]);
    expect([...blockedSegments(new Map(), knownOpen, ports("T:1-100"))]).toEqual([]);
  });

  /** Hosts with ten known open ports each, of which the first `silent` hosts answer none. */
  function segmentWith(hosts: number, silent: number): string[] {
    const evidence: RunEvidence = new Map();
    const knownOpen = new Map<Address, ReturnType<typeof ports>>();
    for (let host = 1; host <= hosts; host++) {
      const answers = host <= silent ? [] : Array.from({ length: 10 }, (_, i) => open(i + 1));
      knownOpen.set(address(host), ports("T:1-10"));
      foldShard(
        evidence,
        resultOf({
          shard: { addresses: [address(host)], ports: ports("T:1-10") },
          hosts: [hostOf({ address: address(host), ports: answers, status: ECHO })],
        }),
      );
    }
    return [...blockedSegments(evidence, knownOpen, ports("T:1-10"))];
  }

  test("by two hosts at least: one that goes down takes only itself along", () => {
    expect(segmentWith(4, 1)).toEqual([]);
    expect(segmentWith(4, 2)).toEqual(["198.18.0.0/24"]);
  });
});
