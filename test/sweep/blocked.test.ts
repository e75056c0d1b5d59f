import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { blockedSegments } from "../../src/sweep/blocked.js";
import { foldShard, type RunEvidence } from "../../src/sweep/evidence.js";
import { hostOf, open, ports, reset, resultOf } from "./results.js";

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
        hosts: [hostOf({ address: address(host), ports: answers })],
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

  test("not where those ports reset: services that stopped are no blocked scanner", () => {
    expect(blockedWith(20, reset)).toEqual([]);
  });

  test("not with fewer than twenty ports known open, of those that were asked", () => {
    expect(blockedWith(0, open, "T:1-3")).toEqual([]);
    expect(blockedWith(0, open, "T:1-4", "T:1-3")).toEqual([]);
  });

  test("with hosts that gave no evidence at all: they are as silent as can be", () => {
    const knownOpen = new Map([[address(1), ports("T:1-20")]]);
    expect([...blockedSegments(new Map(), knownOpen, ports("T:1-100"))]).toEqual(["198.18.0.0/24"]);
  });

  test("for itself alone, its neighbours are judged by their own ports", () => {
    const evidence: RunEvidence = new Map();
    const other = "198.18.1.1" as Address;
    foldShard(
      evidence,
      resultOf({
        shard: { addresses: [other], ports: ports("T:1-20") },
        hosts: [hostOf({ address: other, ports: Array.from({ length: 20 }, (_, i) => open(i + 1)) })],
      }),
    );
    const knownOpen = new Map([
      [address(1), ports("T:1-20")],
      [other, ports("T:1-20")],
    ]);
    expect([...blockedSegments(evidence, knownOpen, ports("T:1-20"))]).toEqual(["198.18.0.0/24"]);
  });
});
