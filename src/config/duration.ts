import { PortreeveError } from "../facts/error.js";

const UNIT_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** Ten years: more is a slip of the keyboard, and keeps sums of durations inside exact integers. */
const LONGEST_MS = 3_653 * UNIT_MS.d;

/**
 * Reads a duration as people write it and returns milliseconds. One number with one unit (`45s`, `90m`, `2h`,
 * `7d`, `2w`, `1.5h`) or several in falling order (`1h30m`). Blanks between the parts are allowed.
 * A bare number, an unknown unit, zero and anything over ten years are `usage` errors; `name` is the setting
 * the message speaks of.
 */
export function parseDuration(text: string, name = "a duration"): number {
  const fail = (problem: string): never => {
    throw new PortreeveError("usage", `${name}: ${JSON.stringify(text)} ${problem}`, {
      hint: "Write a number and its unit, such as 45s, 90m, 2h, 30d or 1h30m.",
    });
  };

  const compact = text.replaceAll(/\s+/g, "");
  if (compact === "") return fail("is empty");
  if (/^\d+(\.\d+)?$/.test(compact)) return fail("has no unit");
  if (!/^(\d+(\.\d+)?[A-Za-z]+)+$/.test(compact)) return fail("is not a duration");

  let total = 0;
  let lastUnit = Number.POSITIVE_INFINITY;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)([A-Za-z]+)/g)) {
    const size = unitSize(unit ?? "");
    if (size === null) return fail(`has the unknown unit "${unit}"`);
    if (size >= lastUnit) return fail("repeats a unit or has its units out of order");
    lastUnit = size;
    total += Number(amount) * size;
  }
  if (total < 1) return fail("is no time at all");
  if (total > LONGEST_MS) return fail("is over ten years");
  return Math.round(total);
}

function unitSize(unit: string): number | null {
  // Small letters only: `M` would be months to some and minutes to others.
  return Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit as keyof typeof UNIT_MS] : null;
}
