import type { Instant } from "../facts/run.js";

/** The last millisecond of the day `YYYY-MM-DD` in `zone` (IANA name); null where it is no date. */
export function endOfDay(text: string, zone: string): Instant | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).toISOString().slice(0, 10) !== text) return null;
  // The next midnight on the wall: guess by UTC, then correct by the zone's offset there, twice for a clock change.
  const next = midnight + 86_400_000;
  let instant = next;
  for (let i = 0; i < 2; i++) instant = next - offsetAt(instant, zone);
  return instant - 1;
}

/** Milliseconds by which the wall clock of `zone` is ahead of UTC at `instant`. */
function offsetAt(instant: Instant, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
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
