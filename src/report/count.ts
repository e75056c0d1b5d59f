/** Numbers as people read them. */

/** `12,240` */
export function formatCount(count: number): string {
  return String(Math.trunc(count)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 host`, `12 hosts`; irregular plurals are given. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/**
 * A share of 1 in percent, always rounded down, so that what is not complete never reads 100 %. Decimals grow
 * with the nines: `87.5 %`, `99.5 %`, `99.98 %`.
 */
export function formatShare(share: number): string {
  if (share >= 1) return "100 %";
  const decimals = share > 0.999 ? 3 : share > 0.99 ? 2 : 1;
  const scale = 10 ** decimals;
  // The small sum undoes binary fractions: 0.29 * 100 is 28.999999999999996.
  const down = Math.floor(Math.max(0, share) * 100 * scale + 1e-7) / scale;
  return `${Math.min(down, 100 - 1 / scale)} %`;
}

/** `a, b and 3 more`: the first `limit` of `items`. */
export function listSome(items: readonly string[], limit: number): string {
  if (items.length <= limit) return items.join(", ");
  return `${items.slice(0, limit).join(", ")} and ${formatCount(items.length - limit)} more`;
}
