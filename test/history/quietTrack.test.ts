import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Proof, QuietGroup } from "../../src/facts/observation.js";
import { isSameQuiet, quietGroupsOf, quietStateOf, quietValueOf } from "../../src/history/quietTrack.js";
import { emptyPortSet, formatPortSet, parseCanonicalPorts, portSetOf } from "../../src/scope/portSet.js";

const tcp = (ports: readonly number[]) =>
  portSetOf(ports.map((port) => ({ protocol: "tcp" as const, port })));
const PROOFS = ["closed", "refused", "silent"] as const;
const STATES = { closed: "closed", refused: "filtered", silent: "filtered" } as const;

/** Each port's proof, as an array: the naive form. */
const portsWithProofs = fc.array(fc.constantFrom<Proof>(...PROOFS), { minLength: 1, maxLength: 30 });
const groupsOf = (proofs: readonly Proof[]): QuietGroup[] =>
  PROOFS.flatMap((proof): QuietGroup[] => {
    const ports = proofs.flatMap((each, port) => (each === proof ? [port] : []));
    return ports.length === 0
      ? []
      : [{ state: STATES[proof], reason: `${proof}-reason`, proof, ports: tcp(ports) }];
  });

describe("a quiet value", () => {
  test("tells each port's state back, but for ports with spans of their own", () => {
    fc.assert(
      fc.property(portsWithProofs, fc.uniqueArray(fc.integer({ min: 0, max: 29 })), (proofs, own) => {
        const ground = { covered: tcp([...proofs.keys()]), ownSpans: tcp(own) };
        const value = quietValueOf(groupsOf(proofs), ground);
        const told = new Map<number, Proof>();
        for (const { proof, ports } of quietGroupsOf(value, ground)) {
          for (const [from, to] of ports.tcp) for (let port = from; port <= to; port++) told.set(port, proof);
        }
        proofs.forEach((proof, port) => {
          expect(told.get(port)).toBe(own.includes(port) ? undefined : proof);
          if (!own.includes(port)) expect(quietStateOf(value, "tcp", port)?.proof).toBe(proof);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("of a host with one kind of answer does not depend on which ports are open", () => {
    const all = tcp([1, 2, 3, 4]);
    const silent = (ports: readonly number[]): QuietGroup => {
      return { state: "filtered", reason: "no-response", proof: "silent", ports: tcp(ports) };
    };
    const one = quietValueOf([silent([1, 2, 3])], { covered: all, ownSpans: tcp([4]) });
    const two = quietValueOf([silent([1, 2, 4])], { covered: all, ownSpans: tcp([3]) });
    expect(one).toEqual([["filtered", "no-response", "silent", null]]);
    expect(two).toEqual(one);
  });

  test("is compared by what it proves: a reason that wobbles makes no other value", () => {
    const ground = { covered: tcp([1, 2, 3]), ownSpans: emptyPortSet };
    const group = (reason: string, ports: readonly number[]): QuietGroup => {
      return { state: "filtered", reason, proof: "refused", ports: tcp(ports) };
    };
    const a = quietValueOf([group("admin-prohibited", [1, 2]), group("host-prohibited", [3])], ground);
    const b = quietValueOf([group("host-prohibited", [1, 2, 3])], ground);
    expect(isSameQuiet(a, b, ground)).toBe(true);
    expect(isSameQuiet(a, [["closed", "reset", "closed", null]], ground)).toBe(false);
  });

  test("keeps the ports of the smaller groups only", () => {
    const ground = { covered: parseCanonicalPorts("T:1-1000"), ownSpans: tcp([22]) };
    const value = quietValueOf(
      [
        { state: "closed", reason: "reset", proof: "closed", ports: tcp([80, 443]) },
        {
          state: "filtered",
          reason: "no-response",
          proof: "silent",
          ports: parseCanonicalPorts("T:1-21,23-79,81-442,444-1000"),
        },
      ],
      ground,
    );
    expect(value).toEqual([
      ["filtered", "no-response", "silent", null],
      ["closed", "reset", "closed", "T:80,443"],
    ]);
    expect(quietGroupsOf(value, ground).map(({ ports }) => formatPortSet(ports))).toEqual([
      "T:1-21,23-79,81-442,444-1000",
      "T:80,443",
    ]);
  });
});
