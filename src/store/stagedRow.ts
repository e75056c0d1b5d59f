/** How a staged host lies in its row of numbers. */
import type { Address } from "../facts/address.js";
import type { CellValue } from "./intern.js";

export const PRESENCES = ["alive", "silent", "vanished"] as const;
export const GRADES = ["full", "positive-only"] as const;

/** Where in its row each number of a host stands. Those of texts and sets are one more than the place; 0 is none. */
export const AT = {
  presence: 0,
  grade: 1,
  aliveReason: 2,
  unjudged: 3,
  occupant: 4,
  names: 5,
  covered: 6,
  /** 0: no port was identified, 1: all, else one more than the number of the text. */
  identified: 7,
  doubts: 8,
  holes: 9,
  /** Three words. */
  digest: 10,
  /** Of each protocol the quiet value, as it is where no other run opened a port of the host. */
  quiet: 13,
  cells: 16,
  groups: 17,
} as const;
/** Then come three numbers for each port: its code, its value, its service; then the quiet groups. */
export const BODY = 18;
export const CELL = 3;

/** First number of a host's row that another one replaced. */
export const REPLACED = -1;

/** What is written down of a page that goes to the temporary file; its words go beside it. */
export interface PageNames {
  readonly addresses: Address[];
  readonly starts: number[];
  readonly values: CellValue[];
  readonly services: string[];
  readonly texts: string[];
  /** As `formatPortSet` writes them. */
  readonly sets: string[];
}

/** Whether the row still holds. */
export function holds(words: Int32Array, at: number): boolean {
  return words[at] !== REPLACED;
}
