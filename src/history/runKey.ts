/**
 * The key that orders a run's observations: whole seconds of its start × 2^16, and a fraction. It follows from the run
 * alone, never from when it was recorded: so any order of import gives the same keys. SQLite keeps it in six bytes (in
 * eight from 2038 on), and each span has one or two of them; four more bits of fraction would cost a tenth of the
 * database.
 */
import type { Key } from "./span.js";

const PER_SECOND = 2 ** 16;

/** The last second that has a key; a clock that says later is taken for it. */
const LAST_SECOND = 2 ** 32 - 1;

/** A live run: the milliseconds are its fraction. */
export function liveKey(startedAt: number): Key {
  const millisecond = ((startedAt % 1000) + 1000) % 1000;
  return secondOf(startedAt) * PER_SECOND + Math.floor(millisecond) * 65;
}

/**
 * A file: the first 16 bits of its hash are its fraction, for nmap tells whole seconds only.
 * @param hash hexadecimal, of the file's bytes
 */
export function fileKey(startedAt: number, hash: string): Key {
  return secondOf(startedAt) * PER_SECOND + Number.parseInt(hash.slice(0, 4), 16);
}

/** A file that does not tell its time: below every other key, and no observation has it. */
export function undatedKey(hash: string): Key {
  return -1 - Number.parseInt(hash.slice(0, 4), 16);
}

/** The last key of the second that the moment lies in: files tell whole seconds, so no finer question has an answer. */
export function keyUpTo(at: number): Key {
  return at >= LAST_SECOND * 1000 ? Number.MAX_SAFE_INTEGER : (secondOf(at) + 1) * PER_SECOND - 1;
}

/** The second that the key was made of; a run's own start is finer, and may be earlier (a clock that was set back). */
export function secondOfKey(key: Key): number {
  return Math.floor(key / PER_SECOND) * 1000;
}

function secondOf(at: number): number {
  return Math.min(Math.max(Math.floor(at / 1000), 0), LAST_SECOND);
}
