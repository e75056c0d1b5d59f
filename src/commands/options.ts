/** Parsers of option values; commander shows their message with the option's name. */
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../config/duration.js";
import { parseWindow } from "../config/window.js";
import { PortreeveError } from "../facts/error.js";

export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A whole number from 1 to 1,000,000. */
export function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1 || count > 1_000_000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 1000000.");
  }
  return count;
}

/** A share of 1, `0.99` or `99%`. */
export function parseShare(value: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(value) ?? [];
  const share = digits === undefined ? Number.NaN : Number(digits) / (percent === "%" ? 100 : 1);
  if (!(share <= 1)) {
    throw new InvalidArgumentError("It must be a share from 0 to 1, such as 0.99.");
  }
  return share;
}

/** A run's number. */
export function parseRunId(value: string): number {
  if (!/^\d{1,9}$/.test(value) || Number(value) < 1)
    throw new InvalidArgumentError("It must be a run's number.");
  return Number(value);
}

/** Milliseconds from `2h`, `90m`, `7d`. */
export function parseDurationOption(value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    if (error instanceof PortreeveError) throw new InvalidArgumentError(`${error.message}. ${error.hint}`);
    throw error;
  }
}

/** Hours such as `22:00-06:00`; checked here, read where the zone is known. */
export function parseWindowOption(value: string): string {
  try {
    parseWindow(value);
    return value;
  } catch (error) {
    if (error instanceof PortreeveError) throw new InvalidArgumentError(`${error.message}: ${error.hint}.`);
    throw error;
  }
}

/** A vantage or a realm: one word, for it stands in every row. As in the configuration (`PLACE_NAME` there). */
export function placeName(value: string): string {
  if (isPlaceName(value)) return value;
  throw new InvalidArgumentError("It must be one word of letters, digits, ., _ and - (64 at most).");
}

export function isPlaceName(value: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u.test(value);
}
