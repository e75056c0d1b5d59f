import type { Instant } from "../facts/run.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formatters = new Map<string, Intl.DateTimeFormat>();

interface ZonedTime {
  /** `2026-11-25` */
  readonly date: string;
  /** `09:14` */
  readonly clock: string;
  /** `+08:00`; UTC is `+00:00` */
  readonly offset: string;
}

/** Date, clock and offset of `at` in an IANA zone. Throws a RangeError for a zone that Intl does not know. */
export function zonedTime(at: Instant, zone: string): ZonedTime {
  const parts = Object.fromEntries(
    formatterOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts.year?.padStart(4, "0")}-${parts.month}-${parts.day}`,
    clock: `${parts.hour}:${parts.minute}`,
    offset: (parts.timeZoneName ?? "GMT").replace("GMT", "") || "+00:00",
  };
}

/** `2026-11-25 09:14 +08:00` */
export function formatInstant(at: Instant, zone: string): string {
  const { date, clock, offset } = zonedTime(at, zone);
  return `${date} ${clock} ${offset}`;
}

/** `2026-11-25 09:14`: for columns whose heading says the zone. */
export function formatMinute(at: Instant, zone: string): string {
  const { date, clock } = zonedTime(at, zone);
  return `${date} ${clock}`;
}

/** `2026-11-25 09:14 to 09:31 +08:00`, with the second date only where it differs. */
export function formatPeriod(from: Instant, to: Instant, zone: string): string {
  const start = zonedTime(from, zone);
  const end = zonedTime(to, zone);
  const startOffset = start.offset === end.offset ? "" : ` ${start.offset}`;
  const endDate = start.date === end.date ? "" : `${end.date} `;
  return `${start.date} ${start.clock}${startOffset} to ${endDate}${end.clock} ${end.offset}`;
}

/** RFC 3339 in UTC, whole seconds where there is no fraction: `2026-11-25T01:14:00Z`. */
export function toRfc3339(at: Instant): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** How long ago: one unit, rounded down (`3 d`, `5 h`, `12 min`, `40 s`). A time to come is `0 s`. */
export function formatAge(ms: number): string {
  if (ms >= DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms >= HOUR) return `${Math.floor(ms / HOUR)} h`;
  if (ms >= MINUTE) return `${Math.floor(ms / MINUTE)} min`;
  return `${Math.max(0, Math.floor(ms / SECOND))} s`;
}

/** How long something took, two units (`1 h 05 min`, `17 min 02 s`, `4.2 s`). */
export function formatDuration(ms: number): string {
  const bounded = Math.max(0, ms);
  if (bounded < 10 * SECOND) return `${(Math.floor(bounded / 100) / 10).toFixed(1)} s`;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  if (bounded < MINUTE) return `${Math.floor(bounded / SECOND)} s`;
  if (bounded < HOUR) return `${Math.floor(bounded / MINUTE)} min ${two((bounded % MINUTE) / SECOND)} s`;
  if (bounded < DAY) return `${Math.floor(bounded / HOUR)} h ${two((bounded % HOUR) / MINUTE)} min`;
  return `${Math.floor(bounded / DAY)} d ${two((bounded % DAY) / HOUR)} h`;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  });
  formatters.set(zone, made);
  return made;
}
