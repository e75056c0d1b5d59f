import { describe, expect, test } from "vitest";
import type { NmapPort } from "../../src/nmap/document.js";
import { countPorts, listPorts, portSetOf, subtractPorts, unionPorts } from "../../src/scope/portSet.js";
import { answeredPorts, type HostEvidence } from "../../src/sweep/evidence.js";
import { judgeHoles, noLook, screenForHoles, ttlFits } from "../../src/sweep/holes.js";
import { believedSilence } from "../../src/sweep/silence.js";
import { answer, evidenceAfter, hostOf, open, ports, reset, resultOf } from "./results.js";

/** A host heard before and after two passes over `asked` in which only `answers` came back. */
function hostWith(answers: readonly NmapPort[], asked = "T:1-1000", ttl: number | null = 64): HostEvidence {
  const heard = (at: readonly [number, number]) =>
    resultOf({
      shard: { stage: "discover", probe: "hosts", ports: ports("") },
      hosts: [hostOf({ status: { state: "up", reason: "echo-reply", ttl } })],
      at,
    });
  const pass = (at: readonly [number, number]) =>
    resultOf({ shard: { ports: ports(asked) }, hosts: [hostOf({ ports: answers })], at });
  return evidenceAfter(heard([0, 900]), pass([1000, 2000]), pass([3000, 4000]), heard([5000, 6000]));
}

/** A source of numbers that walks through [0, 1) in steps: no neighbour is picked twice. */
function steps(): () => number {
  let at = 0;
  return () => {
    at = (at + 0.0371) % 1;
    return at;
  };
}

function screen(host: HostEvidence, asked = "T:1-1000") {
  return screenForHoles(host, subtractPorts(ports(asked), answeredPorts(host)), steps());
}

function questionOf(host: HostEvidence, asked?: string) {
  const screening = screen(host, asked);
  if (!("question" in screening)) throw new Error(`no question: ${screening.unjudged}`);
  return screening.question;
}

/** The verdict after a whole second look in which these ports reset. */
function verdictOf(host: HostEvidence, resets: string, asked?: string) {
  const question = questionOf(host, asked);
  return judgeHoles(host, question, { asked: ports("T:1-1000"), reset: ports(resets) });
}

describe("screening", () => {
  test("asks of few resets among silence, beside 20 silent neighbours", () => {
    const host = hostWith([open(22), reset(80), reset(8080)]);
    const question = questionOf(host);
    expect(question.candidates).toEqual(ports("T:80,8080"));
    expect(question.silentShare).toBeCloseTo(0.997, 3);
    const neighbours = question.neighbours.tcp.reduce((sum, [from, to]) => sum + to - from + 1, 0);
    expect(neighbours).toBe(20);
    expect(subtractPorts(question.neighbours, believedSilence(host))).toEqual(ports(""));
  });

  test("has nothing to ask of a host that resets nothing", () => {
    expect(screen(hostWith([open(22)]))).toEqual({ unjudged: null });
  });

  test("judges no host of which fewer than 100 TCP ports are covered", () => {
    expect(screen(hostWith([reset(80)], "T:1-99"), "T:1-99")).toEqual({
      unjudged: "fewer than 100 TCP ports covered",
    });
    expect(screen(hostWith([reset(80)], "T:1-100"), "T:1-100")).toHaveProperty("question");
  });

  test("needs 95 of 100 ports silent", () => {
    const resets = (count: number) => Array.from({ length: count }, (_, i) => reset(i + 1));
    expect(screen(hostWith(resets(5), "T:1-100"), "T:1-100")).toHaveProperty("question");
    // Fewer are no candidates; its silent neighbours are asked all the same: its resets may be limited.
    const { candidates, neighbours } = questionOf(hostWith(resets(6), "T:1-100"), "T:1-100");
    expect(countPorts(candidates)).toBe(0);
    expect(countPorts(neighbours)).toBe(20);
  });

  test("says of a host without a filter that everything resets", () => {
    const everything = Array.from({ length: 99 }, (_, i) => reset(i + 1));
    expect(screen(hostWith([...everything, open(100)], "T:1-100"), "T:1-100")).toEqual({
      unjudged: "everything resets",
    });
  });

  test("takes ports that a filter refuses by ICMP as silent ones", () => {
    const refused = Array.from({ length: 99 }, (_, i) => answer(i + 1, "filtered", "admin-prohibited"));
    expect(questionOf(hostWith([...refused, reset(100)], "T:1-100"), "T:1-100").candidates).toEqual(
      ports("T:100"),
    );
  });
});

describe("a hole", () => {
  test("is a port that resets again while all its neighbours stay silent", () => {
    const host = hostWith([open(22), reset(80)]);
    expect(verdictOf(host, "T:80")).toEqual({
      holes: [
        {
          protocol: "tcp",
          port: 80,
          silentShare: expect.any(Number),
          neighboursAsked: 20,
          neighboursAnswered: 0,
        },
      ],
      unjudged: null,
      resetLimited: false,
    });
  });

  test("is none that does not reset again", () => {
    expect(verdictOf(hostWith([open(22), reset(80)]), "")).toMatchObject({ holes: [], unjudged: null });
  });

  test("is none on a host that limits its resets: slowly asked, a neighbour resets too", () => {
    const host = hostWith([open(22), reset(80)]);
    const question = questionOf(host);
    const [one = { protocol: "tcp" as const, port: 0 }] = listPorts(question.neighbours);
    const resetting = unionPorts(question.candidates, portSetOf([one]));
    expect(judgeHoles(host, question, { asked: ports("T:1-1000"), reset: resetting })).toEqual({
      holes: [],
      unjudged: "limited resets",
      resetLimited: true,
    });
  });

  test("is none that comes from elsewhere: its TTL does not fit the host's other answers", () => {
    const host = hostWith([open(22, { ttl: 61 }), reset(80, { ttl: 62 })], "T:1-1000", 61);
    expect(verdictOf(host, "T:80").holes).toEqual([]);
    const fits = hostWith([open(22, { ttl: 61 }), reset(80, { ttl: 252 })], "T:1-1000", 61);
    expect(verdictOf(fits, "T:80").holes).toHaveLength(1);
  });

  test("is not claimed after a second look that did not come to its end", () => {
    const host = hostWith([open(22), reset(80)]);
    expect(judgeHoles(host, questionOf(host), noLook)).toEqual({
      holes: [],
      unjudged: "unfinished second look",
      resetLimited: false,
    });
  });

  test("is not claimed where the silence around it is not believed", () => {
    const pass = resultOf({
      shard: { ports: ports("T:1-1000") },
      hosts: [hostOf({ ports: [open(22), reset(80)] })],
    });
    expect(verdictOf(evidenceAfter(pass), "T:80")).toMatchObject({
      holes: [],
      unjudged: "too little silence is believed",
    });
  });
});

describe("hops", () => {
  test.each([
    [64, 64, true],
    [61, 61, true],
    [61, 252, true],
    [125, 61, true],
    [61, 62, false],
    [64, 63, false],
    [null, 61, true],
    [61, null, true],
  ])("of TTL %s and %s agree: %s", (one, other, agree) => {
    expect(ttlFits(one, other)).toBe(agree);
  });
});
