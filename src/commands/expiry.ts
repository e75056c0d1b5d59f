import { parseDuration } from "../config/duration.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";
import { plain } from "../report/escape.js";
import { zonedTime } from "../report/time.js";

const LONG_MS = 2 * 366 * 86_400_000;

/**
 * The last day of an exception, `YYYY-MM-DD` in `zone`: a date, or how long from now (`90d`).
 * @throws PortreeveError `usage` for what is neither, a day that is over, and one more than two years ahead unless
 * `allowLong`
 */
export function parseExpiry(
  text: string,
  { zone, now, allowLong }: { readonly zone: string; readonly now: Instant; readonly allowLong: boolean },
): string {
  const day = /^\d+-\d+-\d+$/.test(text) ? text : dayAfter(text, zone, now);
  const end = day === null ? null : endOfDay(day, zone);
  if (day === null || end === null) {
    throw new PortreeveError("usage", `--expires ${plain(JSON.stringify(text))} is no day`, {
      hint: "write the last day it holds, such as 2027-03-31, or how long from today, such as 90d",
    });
  }
  if (end < now) {
    throw new PortreeveError("usage", `--expires ${day} is over already`, {
      hint: "name a day to come: an exception that has ended accepts nothing",
    });
  }
  if (end - now > LONG_MS && !allowLong) {
    throw new PortreeveError("usage", `--expires ${day} is more than two years ahead`, {
      hint: "name an earlier day, at which somebody looks again; or say --yes if it is meant",
    });
  }
  return day;
}

function dayAfter(text: string, zone: string, now: Instant): string | null {
  try {
    return zonedTime(now + parseDuration(text), zone).date;
  } catch (error) {
    if (error instanceof PortreeveError) return null;
    throw error;
  }
}
