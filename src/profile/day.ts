import { plainText } from "./problem.js";

/** Whether the text is `YYYY-MM-DD` and there is such a day. */
export function isDay(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match !== null && isOnCalendar(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** What to write in place of a text that is no day. */
export function explainDay(text: string): string {
  const shown = plainText(text);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return `\`${shown}\` is no day of the calendar`;
  const meant = guessDay(text.trim());
  if (meant !== null) return `\`${shown}\` is not how a day is written: write ${meant}`;
  return `\`${shown}\` is no day: write year, month and day, such as 2026-03-31`;
}

/** Days as people write them elsewhere; null where it could be two days, or none. */
function guessDay(text: string): string | null {
  const yearFirst =
    /^(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})\.?$/.exec(text) ??
    /^(\d{4})(\d{2})(\d{2})$/.exec(text) ??
    /^(\d{4})-(\d{2})-(\d{2})[T ]/.exec(text);
  if (yearFirst !== null) return spellDay(yearFirst[1], yearFirst[2], yearFirst[3]);
  const yearLast = /^(\d{1,2})([-./ ])(\d{1,2})\2(\d{4})$/.exec(text);
  if (yearLast === null) return null;
  const [, first, mark, second, year] = yearLast;
  const dayFirst = spellDay(year, second, first);
  // With dots the day leads everywhere; with strokes in Europe only.
  if (mark === "." || first === second) return dayFirst;
  const monthFirst = spellDay(year, first, second);
  return dayFirst !== null && monthFirst !== null ? null : (dayFirst ?? monthFirst);
}

function spellDay(year = "", month = "", day = ""): string | null {
  if (!isOnCalendar(Number(year), Number(month), Number(day))) return null;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

function isOnCalendar(year: number, month: number, day: number): boolean {
  // A year before 1970 is a slip of the keyboard.
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  // Day 0 of the month after is the last of this one.
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
