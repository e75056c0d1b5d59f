import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { type Port, type PortSet, PROTOCOLS } from "../../src/facts/port.js";
import { formatPort } from "../../src/scope/port.js";
import {
  countPorts,
  emptyPortSet,
  formatPortSet,
  hasPort,
  intersectPorts,
  listPorts,
  parseCanonicalPorts,
  portSetOf,
  portSetOfRanges,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";

const UNIVERSE: readonly Port[] = PROTOCOLS.flatMap((protocol) =>
  [0, 1, 2, 3, 4, 5, 6, 7, 65_531, 65_532, 65_533, 65_534, 65_535].map((port) => ({ protocol, port })),
);

const anyPorts = fc.subarray([...UNIVERSE]);

function expectSame(set: PortSet, members: readonly Port[]): void {
  const texts = new Set(members.map(formatPort));
  const expected = UNIVERSE.filter((port) => texts.has(formatPort(port)));
  expect([...listPorts(set)]).toEqual(expected);
  expect(countPorts(set)).toBe(expected.length);
  for (const protocol of PROTOCOLS) {
    expect(countPorts(set, protocol)).toBe(expected.filter((port) => port.protocol === protocol).length);
    set[protocol].forEach(([from, to], index) => {
      const before = set[protocol][index - 1];
      expect(from <= to && (before === undefined || from > before[1] + 1)).toBe(true);
    });
  }
  for (const port of UNIVERSE)
    expect(hasPort(set, port.protocol, port.port)).toBe(texts.has(formatPort(port)));
}

describe("port sets", () => {
  it("agree with plain sets on union, difference and intersection, and stay canonical", () => {
    fc.assert(
      fc.property(anyPorts, anyPorts, (a, b) => {
        const inB = new Set(b.map(formatPort));
        expectSame(portSetOf([...a].reverse()), a);
        expectSame(unionPorts(portSetOf(a), portSetOf(b)), [...a, ...b]);
        expectSame(
          subtractPorts(portSetOf(a), portSetOf(b)),
          a.filter((port) => !inB.has(formatPort(port))),
        );
        expectSame(
          intersectPorts(portSetOf(a), portSetOf(b)),
          a.filter((port) => inB.has(formatPort(port))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("are put together again by what was cut off and what was left", () => {
    fc.assert(
      fc.property(anyPorts.map(portSetOf), anyPorts.map(portSetOf), (a, b) => {
        expect(unionPorts(subtractPorts(a, b), intersectPorts(a, b))).toEqual(a);
        expect(intersectPorts(subtractPorts(a, b), b)).toEqual(emptyPortSet);
      }),
    );
  });

  it("come back from their text, and equal sets have equal text", () => {
    const anyRange = fc
      .tuple(fc.nat({ max: 65_535 }), fc.nat({ max: 65_535 }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    const anySet = fc
      .record({ tcp: fc.array(anyRange), udp: fc.array(anyRange), sctp: fc.array(anyRange) })
      .map((ranges) => ({ ranges, set: portSetOfRanges(ranges) }));
    fc.assert(
      fc.property(anySet, ({ ranges, set }) => {
        const text = formatPortSet(set);
        expect(parseCanonicalPorts(text)).toEqual(set);
        const reversed = portSetOfRanges({
          tcp: [...ranges.tcp].reverse(),
          udp: [...ranges.udp].reverse(),
          sctp: [...ranges.sctp].reverse(),
        });
        expect(formatPortSet(reversed)).toBe(text);
      }),
    );
  });

  it.each([
    [{}, ""],
    [
      {
        tcp: [
          [22, 22],
          [80, 90],
        ],
        udp: [[53, 53]],
      },
      "T:22,80-90,U:53",
    ],
    [{ sctp: [[1, 2]] }, "S:1-2"],
    [{ tcp: [[0, 65_535]] }, "T:0-65535"],
  ] as [Parameters<typeof portSetOfRanges>[0], string][])("%j is printed %j", (ranges, text) => {
    expect(formatPortSet(portSetOfRanges(ranges))).toBe(text);
  });

  it.each([
    "22",
    "T:",
    "T:22,",
    "T:90-80",
    "T:22,22",
    "T:22,23",
    "T:22-22",
    "T:022",
    "U:53,T:22",
    "T:22,T:80",
    "T:65536",
    "X:1",
    "t:1",
    "T:22 ",
    "T:22,ssh",
    ",",
  ])("%j is no stored port list", (text) => {
    expect(() => parseCanonicalPorts(text)).toThrow(expect.objectContaining({ code: "failed" }));
    expect(() => parseCanonicalPorts(text)).toThrow(PortreeveError);
  });
});
