/** The hours in which a run may sweep: `22:00-06:00`, by the clock of the configured zone. */
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";

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
    throw new PortreeveError("usage", `--window ${JSON.stringify(text)} is no window`, {
      hint: "write the hours by the clock of the configured zone, such as 22:00-06:00",
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
  // A window that began yesterday may be open still.
  for (const day of [-1, 0]) {
    const date = dateAt(now + day * DAY, zone);
    const opens = instantAt(date, from, zone);
    const closes = instantAt(to > from ? date : nextDate(date), to, zone);
    if (opens <= now && now < closes) return closes;
  }
  return null;
}

/** Days since the epoch by the calendar of the zone. */
function dateAt(at: Instant, zone: string): number {
  return Math.floor((at + offsetAt(at, zone)) / DAY);
}

function nextDate(date: number): number {
  return date + 1;
}

/** The first moment at which the zone's clock shows this minute of the day or, where it jumps over it, the jump. */
export function instantAt(date: number, minute: number, zone: string): Instant {
  const wall = date * DAY + minute * MINUTE;
  // Whatever the offset is there, it is one of those a day before and a day after.
  const candidates = [offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)].map((offset) => wall - offset);
  const shown = candidates.filter((at) => at + offsetAt(at, zone) === wall);
  if (shown.length > 0) return Math.min(...shown);
  return jumpBetween(Math.min(...candidates), Math.max(...candidates), zone);
}

/** The moment at which the offset changes, to the minute. */
function jumpBetween(low: Instant, high: Instant, zone: string): Instant {
  const before = offsetAt(low, zone);
  let [from, to] = [low, high];
  while (to - from > MINUTE) {
    const middle = Math.floor((from + to) / 2 / MINUTE) * MINUTE;
    if (offsetAt(middle, zone) === before) from = middle;
    else to = middle;
  }
  return to;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds that the zone's clock is ahead of UTC. */
function offsetAt(at: Instant, zone: string): number {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    clocks.set(zone, clock);
  }
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  return shown - Math.floor(at / 1000) * 1000;
}
