/**
 * Numbers that look random and are the same for the same seed (mulberry32, by Tommy Ettinger, public domain).
 *
 * @param {number} seed 0 to 2^32 - 1
 */
export function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  /** Both ends included. @param {number} low @param {number} high */
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  /** @template T @param {readonly T[]} items @returns {T} */
  const pick = (items) => {
    const item = items[between(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  };
  /** A shuffled copy (Fisher and Yates). @template T @param {readonly T[]} items @returns {T[]} */
  const shuffle = (items) => {
    const copy = [...items];
    for (let last = copy.length - 1; last > 0; last -= 1) {
      const other = between(0, last);
      [copy[last], copy[other]] = [/** @type {T} */ (copy[other]), /** @type {T} */ (copy[last])];
    }
    return copy;
  };
  return { between, pick, shuffle };
}
