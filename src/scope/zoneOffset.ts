/** How far the clock of a time zone is from UTC. It is here because the rooms that need it have only this one in common. */
import type { Instant } from "../facts/run.js";

/** Making a formatter costs more than all the rest: one for each zone is kept. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Milliseconds by which the wall clock of `zone` (IANA name) is ahead of UTC at that moment. */
export function zoneOffset(at: Instant, zone: string): number {
  const parts = formatterOf(zone).formatToParts(at);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
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
