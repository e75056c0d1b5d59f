/**
 * Which addresses come more than once in a file, without keeping them: a file of a gigabyte may hold seven million. Kept
 * is a number of 32 bits for each. Two addresses with the same number count as one that comes twice, which only makes
 * both wait to be merged with nothing.
 */
import type { Address } from "../facts/address.js";

const FIRST_SIZE = 1024;

export class SeenAddresses {
  #table = new Uint32Array(FIRST_SIZE);
  #count = 0;
  readonly #repeated = new Set<number>();

  /** Numbers of addresses that came again. */
  get repeated(): ReadonlySet<number> {
    return this.#repeated;
  }

  /** All that came. */
  numbers(): Uint32Array {
    return this.#table.filter((number) => number !== 0);
  }

  add(address: Address): void {
    this.addNumber(numberOfAddress(address));
  }

  addNumber(number: number): void {
    if (!this.#insert(number)) this.#repeated.add(number);
    else if (this.#count * 2 > this.#table.length) this.#grow();
  }

  /** False where it is there already. */
  #insert(number: number): boolean {
    const mask = this.#table.length - 1;
    for (let slot = number & mask; ; slot = (slot + 1) & mask) {
      const found = this.#table[slot];
      if (found === number) return false;
      if (found === 0) {
        this.#table[slot] = number;
        this.#count += 1;
        return true;
      }
    }
  }

  #grow(): void {
    const before = this.#table;
    this.#table = new Uint32Array(before.length * 2);
    this.#count = 0;
    for (const number of before) if (number !== 0) this.#insert(number);
  }
}

/** Never 0. FNV-1a over the text, and murmur3's last mixing, for addresses differ in their last characters. */
export function numberOfAddress(address: Address): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < address.length; at++) hash = Math.imul(hash ^ address.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}
