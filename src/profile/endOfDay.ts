import type { Instant } from "../facts/run.js";
import { zoneOffset } from "../scope/zoneOffset.js";

const DAY_MS = 86_400_000;

/** The last millisecond of the day `YYYY-MM-DD` in `zone` (IANA name); null where it is no date. */
export function endOfDay(text: string, zone: string): Instant | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).toISOString().slice(0, 10) !== text) return null;
  // The day ends where the wall clock reaches the next midnight. A clock change there offers two moments, one for each
  // offset: it is the later one before which the wall still shows this day (midnight left out, or come twice).
  const next = midnight + DAY_MS;
  const offsets = [zoneOffset(next - DAY_MS, zone), zoneOffset(next + DAY_MS, zone)];
  const ends = offsets.map((offset) => next - offset - 1).filter((end) => end + zoneOffset(end, zone) < next);
  return Math.max(...ends);
}
