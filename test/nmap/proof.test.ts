import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PORT_STATES, PROOFS, type Proof, type Service } from "../../src/facts/observation.js";
import {
  isHostsOwnAnswer,
  isPositive,
  proofOf,
  singularReason,
  strongerAnswer,
} from "../../src/nmap/proof.js";

describe("what an answer proves", () => {
  it.each([
    ["tcp", "open", "syn-ack", "open"],
    ["tcp", "closed", "reset", "closed"],
    ["tcp", "closed", "resets", "closed"],
    ["tcp", "closed", "conn-refused", "refused"],
    ["tcp", "closed", "", "none"],
    ["tcp", "filtered", "no-response", "silent"],
    ["tcp", "filtered", "no-responses", "silent"],
    ["tcp", "filtered", "admin-prohibited", "refused"],
    ["tcp", "filtered", "host-prohibiteds", "refused"],
    ["tcp", "filtered", "port-unreach", "refused"],
    ["tcp", "filtered", "host-unreach", "silent"],
    ["udp", "filtered", "net-unreach", "silent"],
    ["tcp", "filtered", "host-prohibited", "refused"],
    ["tcp", "filtered", "perm-denied", "none"],
    ["tcp", "filtered", "time-exceeded", "none"],
    ["tcp", "unfiltered", "reset", "none"],
    ["tcp", "closed|filtered", "ipid-change", "none"],
    ["tcp", "closed-or-filtered", "no-response", "none"],
    ["tcp", "unknown", "", "none"],
    ["udp", "open", "udp-response", "open"],
    ["udp", "closed", "port-unreach", "closed"],
    ["udp", "closed", "port-unreaches", "closed"],
    ["udp", "closed", "reset", "none"],
    ["udp", "open|filtered", "no-response", "silent"],
    ["udp", "filtered", "admin-prohibited", "refused"],
    ["sctp", "closed", "abort", "closed"],
    ["sctp", "open", "init-ack", "open"],
  ] as const)("%s %s by %s proves %s", (protocol, state, reason, proof) => {
    expect(proofOf({ protocol, state, reason, loopback: false })).toBe(proof);
  });

  it("a refused connect() on loopback is closed", () => {
    expect(proofOf({ protocol: "tcp", state: "closed", reason: "conn-refused", loopback: true })).toBe(
      "closed",
    );
  });

  it("no reason but a reset, a port unreachable or a loopback refusal proves closed", () => {
    const reasons = fc.oneof(
      fc.string(),
      fc.constantFrom("no-response", "host-unreach", "user-set", "", "syn-ack"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PORT_STATES), reasons, (state, reason) => {
        expect(proofOf({ protocol: "tcp", state, reason, loopback: false })).not.toBe("closed");
        expect(isPositive(proofOf({ protocol: "tcp", state, reason: "no-response", loopback: false }))).toBe(
          state === "open",
        );
      }),
    );
  });

  it.each([
    ["reset", null, 64, true],
    ["admin-prohibited", null, 64, true],
    ["admin-prohibited", "10.0.0.254", 64, false],
    ["host-unreach", null, null, false],
  ] as const)("%s from %s with TTL %s: the host's own answer is %s", (reason, reasonIp, ttl, own) => {
    const state = reason === "reset" ? "closed" : "filtered";
    expect(isHostsOwnAnswer({ protocol: "tcp", state, reason, reasonIp, ttl })).toBe(own);
  });

  it.each([
    ["resets", "reset"],
    ["no-responses", "no-response"],
    ["port-unreaches", "port-unreach"],
    ["host-prohibiteds", "host-prohibited"],
    ["echo-replies", "echo-reply"],
    ["syn-acks", "syn-ack"],
    ["conn-refused", "conn-refused"],
    ["reset", "reset"],
    ["", ""],
  ])("%s is read as %s", (plural, singular) => {
    expect(singularReason(plural)).toBe(singular);
  });
});

const probed = { method: "probed" } as Service;
const answer = (proof: Proof, service: Service | null = null, reason = "") => ({
  proof,
  service,
  reason,
  scripts: [],
});

describe("the stronger of two answers", () => {
  it.each([
    ["open", "silent", "open"],
    ["closed", "silent", "closed"],
    ["refused", "none", "refused"],
    ["silent", "none", "silent"],
    ["open", "closed", "unstable"],
    ["open", "refused", "open"],
    ["unstable", "open", "unstable"],
    ["closed", "refused", "closed"],
  ] as const)("%s and %s make %s, in either order", (a, b, expected) => {
    expect(strongerAnswer(answer(a), answer(b)).proof).toBe(expected);
    expect(strongerAnswer(answer(b), answer(a)).proof).toBe(expected);
  });

  it("open, then refused by connect(), is unstable too", () => {
    expect(strongerAnswer(answer("refused", null, "conn-refused"), answer("open")).proof).toBe("unstable");
  });

  it("of two equal answers the identified one is kept", () => {
    expect(strongerAnswer(answer("open"), answer("open", probed)).service).toBe(probed);
    expect(strongerAnswer(answer("open", probed), answer("open")).service).toBe(probed);
  });

  it("the proof of many answers does not depend on their order", () => {
    const answers = fc.array(fc.constantFrom(...PROOFS), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(answers, (proofs) => {
        const fold = (list: Proof[]) => list.map((p) => answer(p)).reduce(strongerAnswer).proof;
        expect(fold([...proofs].reverse())).toBe(fold(proofs));
        expect(fold([...proofs].sort())).toBe(fold(proofs));
      }),
    );
  });
});
