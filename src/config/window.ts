/** The hours in which a run may sweep: `22:00-06:00`, by the clock of the configured zone. */
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { zoneOffset } from "../scope/zoneOffset.js";

/** Minutes of the day by the clock on the wall. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** @throws PortreeveError `usage` where it is none */
export function parseWindow(text: string): Window {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const from = minuteOf(fromHour, fromMinute);
  const to = minuteOf(toHour, toMinute);
  if (from === null || to === null || from === to) {
    throw new PortreeveError("usage", `${JSON.stringify(text)} is no window such as 22:00-06:00`, {
      hint: "write the hours by the clock of the configured zone",
    });
  }
  return { from, to };
}

function minuteOf(hour: string | undefined, minute: string | undefined): number | null {
  const h = Number(hour);
  const m = Number(minute);
  if (hour === undefined || minute === undefined || h > 24 || m > 59 || (h === 24 && m > 0)) return null;
  return (h * 60 + m) % (24 * 60);
}

/**
 * The moment at which the window that is open at `now` closes; null where none is open.
 *
 * It is open from the first moment at which the clock shows its beginning until the first at which it shows its end.
 * A night in which the clock is set is longer or shorter for it, as people who watch the clock expect. An end that the
 * clock jumps over is the moment of the jump; one that it shows twice is the first: a run that ends early harms nobody.
 */
export function windowEnd({ from, to }: Window, zone: string, now: Instant): Instant | null {
  const today = dateAt(now, zone);
  // A window that began yesterday may be open still; yesterday by the calendar, for not every day has 24 hours.
  for (const date of [today - 1, today]) {
    const opens = instantAt(date, from, zone);
    const closes = instantAt(to > from ? date : nextDate(date), to, zone);
    if (opens <= now && now < closes) return closes;
  }
  return null;
}

/** The next moment after `now` at which the window opens. */
export function windowOpening({ from }: Window, zone: string, now: Instant): Instant {
  const today = dateAt(now, zone);
  for (const date of [today, nextDate(today)]) {
    const opens = instantAt(date, from, zone);
    if (opens > now) return opens;
  }
  return instantAt(today + 2, from, zone);
}

/** Hours and minutes as the clock shows them: `22:00-06:00`. */
export function formatWindow({ from, to }: Window): string {
  const clock = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return `${clock(from)}-${clock(to)}`;
}

/** Milliseconds of the window in a night in which no clock is set. */
export function windowLength({ from, to }: Window): number {
  return ((to - from + 24 * 60) % (24 * 60)) * MINUTE;
}

/** Days since the epoch by the calendar of the zone. */
function dateAt(at: Instant, zone: string): number {
  return Math.floor((at + zoneOffset(at, zone)) / DAY);
}

function nextDate(date: number): number {
  return date + 1;
}

/** The first moment at which the zone's clock shows this minute of the day or, where it jumps over it, the jump. */
export function instantAt(date: number, minute: number, zone: string): Instant {
  const wall = date * DAY + minute * MINUTE;
  // Whatever the offset is there, it is one of those a day before and a day after.
  const candidates = [zoneOffset(wall - DAY, zone), zoneOffset(wall + DAY, zone)].map(
    (offset) => wall - offset,
  );
  const shown = candidates.filter((at) => at + zoneOffset(at, zone) === wall);
  if (shown.length > 0) return Math.min(...shown);
  return jumpBetween(Math.min(...candidates), Math.max(...candidates), zone);
}

/** The moment at which the offset changes, to the minute. */
function jumpBetween(low: Instant, high: Instant, zone: string): Instant {
  const before = zoneOffset(low, zone);
  let [from, to] = [low, high];
  while (to - from > MINUTE) {
    const middle = Math.floor((from + to) / 2 / MINUTE) * MINUTE;
    if (zoneOffset(middle, zone) === before) from = middle;
    else to = middle;
  }
  return to;
}
