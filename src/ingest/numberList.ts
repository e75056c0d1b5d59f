/** Whole numbers of 32 bits, in memory that is used again. */
const FIRST_SIZE = 1024;

export class NumberList {
  #numbers = new Int32Array(FIRST_SIZE);
  #length = 0;

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const more = new Int32Array(this.#length * 2);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
  }

  /** A copy of all, one behind the other, behind these first ones. */
  static joined(first: readonly number[], ...lists: readonly NumberList[]): Int32Array {
    const length = lists.reduce((sum, list) => sum + list.#length, first.length);
    const all = new Int32Array(length);
    all.set(first);
    let at = first.length;
    for (const list of lists) {
      all.set(list.#numbers.subarray(0, list.#length), at);
      at += list.#length;
    }
    return all;
  }
}
