import fc from "fast-check";
import { expect, test } from "vitest";
import { type PortRange, type PortSet, PROTOCOLS } from "../../src/facts/port.js";
import { overlap, TakenPorts } from "../../src/profile/lintPorts.js";
import {
  countPorts,
  emptyPortSet,
  intersectPorts,
  portSetOfRanges,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";

const port = fc.oneof(
  fc.nat(40),
  fc.nat(40).map((n) => 65_535 - n),
);
const range = fc.tuple(fc.constantFrom(...PROTOCOLS), port, port);
const set = fc.array(range, { maxLength: 5 }).map((ranges): PortSet => {
  const of = (protocol: string) =>
    ranges
      .filter(([each]) => each === protocol)
      .map(([, a, b]): PortRange => [Math.min(a, b), Math.max(a, b)]);
  return portSetOfRanges({ tcp: of("tcp"), udp: of("udp"), sctp: of("sctp") });
});

test("ports are taken once, as sets of ports have it", () => {
  const taken = new TakenPorts();
  fc.assert(
    fc.property(fc.array(set, { maxLength: 8 }), (sets) => {
      taken.clear();
      let model = emptyPortSet;
      for (const ports of sets) {
        const left = subtractPorts(ports, model);
        expect(taken.hasFree(ports)).toBe(countPorts(left) > 0);
        expect(taken.take(ports)).toEqual(left);
        expect(taken.hasFree(ports)).toBe(false);
        model = unionPorts(model, ports);
      }
    }),
  );
});

test("two sets overlap where they have a port in common", () => {
  fc.assert(
    fc.property(set, set, (a, b) => {
      expect(overlap(a, b)).toBe(countPorts(intersectPorts(a, b)) > 0);
    }),
  );
});
