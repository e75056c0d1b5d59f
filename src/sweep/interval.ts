/** How far a share that was counted may lie from the true one (Wilson's interval; measuring.md). */

/** 1.96: the normal quantile of a two-sided 95 %. */
const Z = 1.959964;

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/** Of `hits` among `n`, both bounds at 95 %. Nothing of nothing can be anything. */
export function shareInterval(hits: number, n: number): Interval {
  if (n <= 0) return { lower: 0, upper: 1 };
  const share = hits / n;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const spread = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return {
    lower: hits === 0 ? 0 : Math.max(0, centre - spread),
    upper: hits === n ? 1 : Math.min(1, centre + spread),
  };
}

/** The upper bound of a loss: where nothing was lost of n, three in n at most (the rule of three). */
export function lossBound(lost: number, n: number): number {
  if (n <= 0) return 1;
  return lost === 0 ? Math.min(1, 3 / n) : shareInterval(lost, n).upper;
}
