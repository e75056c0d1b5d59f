import type { Instant } from "../facts/run.js";

const DAY_MS = 86_400_000;

/** Making a formatter costs more than all the rest: one for each zone is kept. */
const formatters = new Map<string, Intl.DateTimeFormat>();

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
  const offsets = [offsetAt(next - DAY_MS, zone), offsetAt(next + DAY_MS, zone)];
  const ends = offsets.map((offset) => next - offset - 1).filter((end) => end + offsetAt(end, zone) < next);
  return Math.max(...ends);
}

/** Milliseconds by which the wall clock of `zone` is ahead of UTC at `instant`. */
function offsetAt(instant: Instant, zone: string): number {
  const parts = formatterOf(zone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(instant / 1000) * 1000;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}
