/** How old what is known is: of all ports that runs ever covered, how many were covered again within the period. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { formatShare } from "./count.js";
import { formatAge, formatInstant } from "./time.js";

export interface CoveredHost {
  readonly address: Address;
  /** The last time each port was covered. */
  readonly covered: readonly { readonly at: Instant; readonly ports: PortSet }[];
}

export interface CoverageAge {
  /** (host, port) pairs ever covered. */
  readonly cells: number;
  /** Those covered within the period, as a share of 1; null without any. */
  readonly share: number | null;
  readonly oldest: { readonly at: Instant; readonly address: Address; readonly ports: PortSet } | null;
}

export function coverageAge(hosts: readonly CoveredHost[], now: Instant, period: number): CoverageAge {
  let cells = 0;
  let within = 0;
  let oldest: CoverageAge["oldest"] = null;
  for (const { address, covered } of hosts) {
    for (const { at, ports } of covered) {
      const count = portsIn(ports);
      cells += count;
      if (now - at <= period) within += count;
      if (oldest === null || at < oldest.at) oldest = { at, address, ports };
    }
  }
  return { cells, share: cells === 0 ? null : within / cells, oldest };
}

function portsIn(ports: PortSet): number {
  let count = 0;
  for (const ranges of [ports.tcp, ports.udp, ports.sctp])
    for (const [from, to] of ranges) count += to - from + 1;
  return count;
}

/** One line; "" where nothing was ever covered. */
export function coverageAgeText(
  { share, oldest }: CoverageAge,
  { now, period, zone }: { readonly now: Instant; readonly period: number; readonly zone: string },
): string {
  if (share === null || oldest === null) return "";
  const days = formatAge(period);
  return (
    `${formatShare(share)} of what was ever covered was covered within ${days} (max_age); ` +
    `the oldest is ${formatAge(now - oldest.at)} old: ${oldest.address}, ${formatInstant(oldest.at, zone)}`
  );
}
