/** When a run may probe: `--window`, `--for`, and the same of an audit. */

import type { Audit } from "../config/audit.js";
import {
  formatWindow,
  parseWindow,
  type Window,
  windowEnd,
  windowLength,
  windowOpening,
} from "../config/window.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { formatInstant } from "../report/time.js";

export interface Hours {
  readonly window: Window | null;
  /** Milliseconds. */
  readonly probeFor: number | null;
  /** IANA zone of the window's clock. */
  readonly zone: string;
}

export interface HourFlags {
  readonly window?: string;
  readonly for?: number;
}

/** What is typed rules over the audit: `--for` alone leaves the audit's window as it is. */
export function hoursOf(
  flags: HourFlags,
  audit: Pick<Audit, "window" | "probeFor">,
  zone: string,
): Hours | null {
  const window = flags.window === undefined ? audit.window : parseWindow(flags.window);
  const probeFor = flags.for ?? audit.probeFor;
  return window === null && probeFor === null ? null : { window, probeFor, zone };
}

/**
 * When a run that begins now must have ended.
 * @throws PortreeveError `usage` outside the window
 */
export function endOfHours({ window, probeFor, zone }: Hours, now: Instant): Instant {
  const closes = window === null ? Number.POSITIVE_INFINITY : windowEnd(window, zone, now);
  if (closes === null && window !== null) {
    throw new PortreeveError(
      "usage",
      `the window ${formatWindow(window)} is closed: it is ${formatInstant(now, zone)} (${zone})`,
      {
        hint: `nothing was sent; it opens at ${formatInstant(windowOpening(window, zone, now), zone)}: begin the run then`,
      },
    );
  }
  return Math.min(closes ?? now, probeFor === null ? Number.POSITIVE_INFINITY : now + probeFor);
}

/** Milliseconds that such a run usually has. */
export function usualLength({ window, probeFor }: Hours): number {
  const open = window === null ? Number.POSITIVE_INFINITY : windowLength(window);
  return Math.min(open, probeFor ?? Number.POSITIVE_INFINITY);
}

export function describeHours({ window, probeFor, zone }: Hours, duration: (ms: number) => string): string {
  const parts = [
    ...(window === null ? [] : [`${formatWindow(window)} (${zone})`]),
    ...(probeFor === null ? [] : [`${duration(probeFor)} at most`]),
  ];
  return parts.join(", ");
}

/** Two rounds of the last look at a host, packets. */
const CLOSING_PROBES = 96;
const CLOSING_SECONDS = 20;
const CLOSING_SHARE = 0.1;

/** The sweep ends earlier than the run, by what its closing looks take: without them no silence of it counts. */
export function sweepEnd(end: Instant, now: Instant, hosts: number, rate: number): Instant {
  const closing = (CLOSING_SECONDS + (CLOSING_PROBES * hosts) / rate) * 1000;
  return end - Math.min(closing, (end - now) * CLOSING_SHARE);
}
