/** In which order cells that wait are taken. */
export interface CellOrder {
  readonly pass: number;
  /** Of a pass those of a lower one first; 0 for the first. */
  readonly tier: number;
  /** Those of a lower rank first, and of a rank the later passes: what was begun is brought to its end. Null: none. */
  readonly rank: number | null;
}

/** Less than 0 where `a` goes first. */
export function inOrder(a: CellOrder, b: CellOrder): number {
  if (a.rank !== null && b.rank !== null) return a.rank - b.rank || b.pass - a.pass || a.tier - b.tier;
  return a.pass - b.pass || a.tier - b.tier;
}
