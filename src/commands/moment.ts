/** Moments as people name them: a run's number, a date, a time ago. */
import { parseDuration } from "../config/duration.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";

/** A run's number, or the end of a day in the zone; nothing: now. @throws PortreeveError `usage` */
export function parseMoment(at: string | undefined, zone: string): { run?: number; at?: Instant } {
  if (at === undefined) return {};
  if (/^\d{1,9}$/.test(at)) return { run: Number(at) };
  return { at: dayOr(at, zone, "--at", "a run's number nor a date", "--at 12 or --at 2026-03-01") };
}

/** A time ago (`7d`), or the end of a day in the zone. @throws PortreeveError `usage` */
export function parseSince(text: string, zone: string, now: Instant, flag = "--since"): Instant {
  if (/^\d+(\.\d+)?[a-z]+/i.test(text)) return now - parseDuration(text, flag);
  return dayOr(text, zone, flag, "a time ago nor a date", `${flag} 7d or ${flag} 2026-03-01`);
}

function dayOr(text: string, zone: string, flag: string, what: string, example: string): Instant {
  const instant = endOfDay(text, zone);
  if (instant !== null) return instant;
  throw new PortreeveError("usage", `${flag} ${JSON.stringify(text)} is neither ${what}`, {
    hint: `write ${example}`,
  });
}
