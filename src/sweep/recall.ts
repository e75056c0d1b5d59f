/**
 * How many of the open ports a run has found, from what it lost itself: a figure, its 95 % interval and where it comes
 * from (measuring.md, "The stated figure").
 *
 * A port is missed if every probe to it was lost: qⁿ for n passes. Of F ports found on a host F·qⁿ/(1-qⁿ) are to be
 * expected beside them. How many those are in this one run is chance (Poisson), which a bound has to allow for: seventy-
 * three of seventy-three may well have been seventy-four.
 */
import type { Address } from "../facts/address.js";
import type { Recall } from "../facts/run.js";
import { segmentOf } from "../scope/network.js";
import { lossBound, shareInterval } from "./interval.js";
import { LEAST_WITNESSES, type Loss, lossAt } from "./loss.js";
import type { Losses } from "./witnesses.js";

/** A host that answered, as far as its recall goes. */
export interface SweptHost {
  readonly address: Address;
  /** Open ports found. */
  readonly open: number;
  /** Passes that every silent port of it was asked in. */
  readonly passes: number;
}

export const NOT_MEASURED: Recall = { estimate: null, lower: null, upper: null, source: "not measured" };

/** A host answers one probe of discovery at least, which is sent twice in each of two rounds. */
const DISCOVERY_PROBES = 4;
/** Beyond this a share of lost probes says that nearly nothing came back. */
const MOST_LOSS = 0.95;

export function recallOf(hosts: readonly SweptHost[], losses: Losses): Recall {
  if (losses.run.asked < LEAST_WITNESSES || hosts.length === 0) return NOT_MEASURED;
  const found = hosts.reduce((sum, { open }) => sum + open, 0);
  // Where nothing is open the figure is of one port a host.
  const weightOf = ({ open }: SweptHost) => (found === 0 ? 1 : open);
  const whole = found === 0 ? hosts.length : found;
  const each = whole / hosts.length;
  const missed = (rate: (loss: Loss) => number) =>
    hosts.reduce((sum, host) => {
      const loss = lossAt(losses, host.address);
      const q = Math.min(MOST_LOSS, loss === null ? MOST_LOSS : rate(loss));
      return sum + weightOf(host) * odds(q ** host.passes) + each * odds(q ** DISCOVERY_PROBES);
    }, 0);
  const expected = missed(({ silent, asked }) => silent / asked);
  const mean = missed(({ silent, asked }) => lossBound(silent, asked));
  // Where chance allows for none at all there are still so many to be expected: never a bare 100 %.
  const most = Math.max(mean, poissonQuantile(mean, 0.975));
  const least = poissonQuantile(
    missed(({ silent, asked }) => shareInterval(silent, asked).lower),
    0.025,
  );
  return {
    estimate: whole / (whole + expected),
    lower: whole / (whole + most),
    upper: whole / (whole + least),
    source: sourceOf(hosts, losses),
  };
}

function odds(share: number): number {
  return share / (1 - share);
}

/** The least n that a Poisson number is at most with probability `p`. */
export function poissonQuantile(mean: number, p: number): number {
  if (mean > 500) return Math.ceil(mean + 1.959964 * Math.sign(p - 0.5) * Math.sqrt(mean));
  let term = Math.exp(-mean);
  let sum = term;
  let n = 0;
  while (sum < p && n < 2000) {
    n += 1;
    term *= mean / n;
    sum += term;
  }
  return n;
}

/** `40,130 witnesses`; where segments have hardly any of their own, whose figure is taken for theirs. */
function sourceOf(hosts: readonly SweptHost[], losses: Losses): string {
  const segments = [...new Set(hosts.map(({ address }) => segmentOf(address)))];
  const isMeasured = (segment: string) => {
    const host = hosts.find(({ address }) => segmentOf(address) === segment);
    return host !== undefined && losses.segment(host.address).asked >= LEAST_WITNESSES;
  };
  const measured = segments.filter(isMeasured);
  const others = segments.filter((segment) => !measured.includes(segment));
  const count = `${String(losses.run.asked).replaceAll(/\B(?=(\d{3})+$)/g, ",")} witnesses`;
  if (others.length === 0) return count;
  const from = measured.length === 0 ? "the whole run" : listed(measured);
  return `${count}; ${listed(others)} assumed from ${from}`;
}

function listed(names: readonly string[]): string {
  const [first = "", second] = names;
  if (names.length > 2) return `${first} and ${names.length - 1} more`;
  return second === undefined ? first : `${first} and ${second}`;
}
