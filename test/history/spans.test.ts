import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildSpans } from "../../src/history/buildSpans.js";
import { insertObservation } from "../../src/history/insertObservation.js";
import { removeObservation } from "../../src/history/removeObservation.js";
import { type Key, lastKeyOf, type Span, stateAt } from "../../src/history/span.js";

type Snapshots = Map<Key, string>;
const same = Object.is;

/** The naive model keeps every snapshot and reads them one by one. */
const sorted = (snapshots: Snapshots): [Key, string][] => [...snapshots].sort(([a], [b]) => a - b);
const keysOf = (snapshots: Snapshots): Key[] => sorted(snapshots).map(([key]) => key);
const naiveStateAt = (snapshots: Snapshots, key: Key): string | null =>
  sorted(snapshots).findLast(([at]) => at <= key)?.[1] ?? null;

/** Keys in any order, some taken back again; a key may come a second time, with another value. */
const step = fc.record({
  key: fc.integer({ min: 1, max: 24 }),
  value: fc.constantFrom("open", "closed", "silent"),
  back: fc.boolean(),
});

describe("spans", () => {
  test("inserted in any order and taken back again, are those of a rebuild", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const snapshots: Snapshots = new Map();
        let spans: Span<string>[] = [];
        for (const { key, value, back } of steps) {
          if (snapshots.has(key)) {
            spans = removeObservation(spans, keysOf(snapshots), key, same);
            snapshots.delete(key);
          } else if (back) continue;
          if (!back) {
            snapshots.set(key, value);
            spans = insertObservation(spans, keysOf(snapshots), key, value, same);
          }
          expect(spans).toEqual(buildSpans(sorted(snapshots), same).spans);
        }
      }),
      { numRuns: 600 },
    );
  });

  test("tell the state and the last sighting at every moment as the snapshots do", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const snapshots: Snapshots = new Map(steps.map(({ key, value }) => [key, value]));
        const { spans } = buildSpans(sorted(snapshots), same);
        for (let key = 0; key <= 25; key++) {
          const span = stateAt(spans, key);
          expect(span?.value ?? null).toBe(naiveStateAt(snapshots, key));
          if (span === null) continue;
          expect(lastKeyOf(span, keysOf(snapshots), key)).toBe(keysOf(snapshots).findLast((at) => at <= key));
        }
        for (const span of spans) expect(lastKeyOf(span, keysOf(snapshots))).toBeLessThan(span.until ?? 26);
      }),
      { numRuns: 300 },
    );
  });

  test("are as few as can be, and follow each other without a gap", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { spans } = buildSpans(sorted(new Map(steps.map(({ key, value }) => [key, value]))), same);
        spans.forEach((span, index) => {
          expect(span.until).toBe(spans[index + 1]?.from ?? null);
          expect(span.value).not.toBe(spans[index + 1]?.value);
        });
      }),
      { numRuns: 200 },
    );
  });

  test("leave out what says nothing, and name its keys", () => {
    const says = (value: string, known: string | null): boolean => value === "silent" && known === "open";
    const observations: [Key, string][] = [
      [1, "silent"],
      [2, "open"],
      [3, "silent"],
      [4, "closed"],
      [5, "silent"],
    ];
    expect(buildSpans(observations, same, says)).toEqual({
      spans: [
        { from: 1, value: "silent", until: 2 },
        { from: 2, value: "open", until: 4 },
        { from: 4, value: "closed", until: 5 },
        { from: 5, value: "silent", until: null },
      ],
      unproved: [3],
    });
  });
});
