import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChangeLines } from "../../src/history/changeLines.js";
import { hasLine, type PackedLine, packChanges, unpackChanges } from "../../src/history/changePack.js";
import { type HeldPort, portInPack } from "../../src/history/portInPack.js";
import { chainSpans, type Span, stateAt } from "../../src/history/span.js";
import {
  beginsAt,
  packTracks,
  type Tracks,
  unpackTracks,
  visitPort,
  visitSpans,
} from "../../src/history/trackPack.js";
import { pushVarint, readVarint } from "../../src/history/varint.js";

const key = fc.integer({ min: 0, max: 2 ** 47 });
const spans = fc
  .uniqueArray(fc.tuple(key, fc.integer({ min: 1, max: 70_000 })), {
    selector: ([at]) => at,
    minLength: 1,
    maxLength: 9,
  })
  .map((starts) => chainSpans(starts.sort(([a], [b]) => a - b).map(([from, value]) => ({ from, value }))));
const tracks = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 3 * 65_536 - 1 }), spans), {
    selector: ([code]) => code,
    maxLength: 12,
  })
  .map((list): Tracks => new Map(list.sort(([a], [b]) => a - b)));

test("a number of any size comes back", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      const bytes: number[] = [];
      pushVarint(bytes, number);
      const reader = { bytes: Uint8Array.from(bytes), at: 0 };
      expect(readVarint(reader)).toBe(number);
      expect(reader.at).toBe(bytes.length);
    }),
  );
});

describe("packed tracks", () => {
  test("come back as they were, and in one form whatever the order in which they were put together", () => {
    fc.assert(
      fc.property(tracks, tracks, (cells, services) => {
        const packed = packTracks({ cells, services });
        const back = unpackTracks(packed);
        expect([...back.cells]).toEqual([...cells]);
        expect([...back.services]).toEqual([...services]);
        expect(packTracks({ cells: new Map([...cells].reverse()), services })).toEqual(packed);
        const seen: Span<number>[] = [];
        visitSpans(packed, "cells", (_, from, value, until) => seen.push({ from, value, until }));
        expect(seen).toEqual([...cells.values()].flat());
        for (const code of [...cells.keys(), ...services.keys()]) {
          const one: Span<number>[] = [];
          visitPort(packed, "cells", code, (_, from, value, until) => one.push({ from, value, until }));
          expect(one).toEqual(cells.get(code) ?? []);
        }
      }),
    );
  });

  test("tell what one port was at a key, in the middle of other bytes", () => {
    const around = fc.uint8Array({ maxLength: 5 });
    fc.assert(
      fc.property(tracks, tracks, key, around, (cells, services, at, other) => {
        const packed = packTracks({ cells, services });
        const bytes = Uint8Array.from([...other, ...packed, ...other]);
        const starts = [...cells.values()].flat().flatMap(({ from }) => [from - 1, from]);
        for (const code of [...cells.keys(), ...services.keys(), 7]) {
          for (const when of [at, ...starts]) {
            const held: HeldPort = { value: 0, from: 0, until: 0, service: 0 };
            const end = other.length + packed.length;
            const isHeld = portInPack(bytes, other.length, end, code, when, held);
            const span = stateAt(cells.get(code) ?? [], when);
            expect(isHeld).toBe(span !== null);
            if (span === null) continue;
            expect(held).toEqual({
              value: span.value,
              from: span.from,
              until: span.until ?? Number.POSITIVE_INFINITY,
              service: stateAt(services.get(code) ?? [], when)?.value ?? 0,
            });
          }
        }
      }),
    );
  });

  test("that are cut are refused, or the port is not in what is left", () => {
    const list = chainSpans([
      { from: 5, value: 300 },
      { from: 900, value: 2 },
    ]);
    const cells = new Map([
      [22, list],
      [80, list],
    ]);
    const packed = packTracks({ cells, services: cells });
    for (let end = 0; end < packed.length; end++) {
      const held: HeldPort = { value: 0, from: 0, until: 0, service: 0 };
      try {
        if (portInPack(packed, 0, end, 80, 1000, held)) expect(held).toMatchObject({ value: 2, from: 900 });
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
  });

  test("tell whether a span begins at a key", () => {
    const packed = packTracks({
      cells: new Map([[22, chainSpans([{ from: 5, value: 1 }])]]),
      services: new Map([[22, chainSpans([{ from: 9, value: 1 }])]]),
    });
    expect([4, 5, 9].map((each) => beginsAt(packed, each))).toEqual([false, true, true]);
  });

  test("that end too early, or hold what is no track, are refused", () => {
    fc.assert(
      fc.property(tracks, fc.nat(200), (cells, cut) => {
        const packed = packTracks({ cells, services: cells });
        fc.pre(cut < packed.length && cells.size > 0);
        const read = (): unknown => unpackTracks(packed.slice(0, cut));
        // A cut between two tracks of the services is not seen: the row's length is SQLite's.
        try {
          read();
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
    expect(() => unpackTracks(new Uint8Array())).toThrow(RangeError);
    expect(() => unpackTracks(Uint8Array.of(200, 1))).toThrow(RangeError);
  });
});

function compareLines(a: PackedLine, b: PackedLine): number {
  return a.host - b.host || a.protoport - b.protoport || a.what - b.what;
}

describe("packed changes", () => {
  const line = fc.record({
    host: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    protoport: fc.integer({ min: -1, max: 3 * 65_536 - 1 }),
    what: fc.integer({ min: 1, max: 100_000 }),
  });
  const lines = fc.uniqueArray(line, { selector: (each) => JSON.stringify(each), maxLength: 40 });

  test("come back as they were, and are found", () => {
    fc.assert(
      fc.property(lines, line, (list, other) => {
        const sorted = [...list].sort(compareLines);
        const columns = unpackChanges(packChanges(ChangeLines.of(list).sorted()));
        expect(
          Array.from(columns.hosts, (host, index) => ({
            host,
            protoport: columns.protoports[index],
            what: columns.whats[index],
          })),
        ).toEqual(sorted);
        for (const each of sorted) expect(hasLine(columns, each)).toBe(true);
        expect(hasLine(columns, other)).toBe(sorted.some((each) => compareLines(each, other) === 0));
      }),
    );
  });

  test("that are cut, or longer than they say, are refused", () => {
    const packed = packChanges(ChangeLines.of([{ host: 7, protoport: -1, what: 3 }]).sorted());
    expect(() => unpackChanges(packed.slice(0, 2))).toThrow(RangeError);
    expect(() => unpackChanges(Uint8Array.of(...packed, 0))).toThrow(RangeError);
    expect(() => unpackChanges(Uint8Array.of(100))).toThrow(RangeError);
  });
});
