/**
 * `nmap --append-output` writes one XML document behind the other into a file, and a killed nmap's ends where the next
 * begins. Each is a scan of its own: read, hashed and graded as if it had come in its own file, so that what was
 * imported before is recognised when more was appended.
 */
import { isUtf16 } from "../nmap/textDecoder.js";

export interface DocumentBytes {
  readonly bytes: Buffer;
  /** The first bytes of a document. */
  readonly isFirst: boolean;
}

/**
 * A raw `<` is no part of a value, so these begin a document wherever they stand, the root where there was one before;
 * nmap's declaration has no other form.
 */
const DECLARATION = Buffer.from("<?xml ");
/** Searched in place of it: its first byte is a rare one. */
const RARE = DECLARATION.subarray(1);
const ROOT = Buffer.from("<nmaprun");

/** Cuts the bytes of a file into documents, piece by piece. */
export class DocumentSplitter {
  #isBegun = false;
  #hasRoot = false;
  #isUtf16 = false;
  /** The last bytes, where they may begin a declaration or the root. */
  #held = Buffer.alloc(0);

  *push(piece: Buffer): Generator<DocumentBytes> {
    if (!this.#isBegun) this.#isUtf16 = isUtf16(piece);
    if (this.#isUtf16) {
      yield this.#part(piece);
      return;
    }
    let rest = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    for (;;) {
      const next = this.#nextDocument(rest);
      if (next === -1) break;
      if (next > 0) yield this.#part(rest.subarray(0, next));
      rest = rest.subarray(next);
      this.#isBegun = false;
      this.#hasRoot = false;
    }
    const whole = rest.length - tailLength(rest, [DECLARATION, ROOT]);
    this.#held = Buffer.from(rest.subarray(whole));
    if (whole > 0) yield this.#part(rest.subarray(0, whole));
  }

  *end(): Generator<DocumentBytes> {
    if (this.#held.length > 0) yield this.#part(this.#held);
    this.#held = Buffer.alloc(0);
  }

  /** Where in these bytes the next document begins; -1 where none does. The first may have bytes before its declaration. */
  #nextDocument(bytes: Buffer): number {
    let from = 0;
    if (!this.#hasRoot) {
      const root = bytes.indexOf(ROOT);
      if (root === -1) return -1;
      this.#hasRoot = true;
      from = root + ROOT.length;
    }
    const declaration = findDeclaration(bytes, from);
    const root = bytes.indexOf(ROOT, from);
    return declaration === -1 || root === -1 ? Math.max(declaration, root) : Math.min(declaration, root);
  }

  #part(bytes: Buffer): DocumentBytes {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    return { bytes, isFirst };
  }
}

function findDeclaration(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(RARE, from);
  while (at !== -1 && bytes[at - 1] !== 0x3c) at = bytes.indexOf(RARE, at + 1);
  return at === -1 ? -1 : at - 1;
}

/** How many of the last bytes may be the beginning of one of the words. */
function tailLength(bytes: Buffer, words: readonly Buffer[]): number {
  const longest = Math.max(...words.map((word) => word.length - 1));
  for (let length = Math.min(longest, bytes.length); length > 0; length--) {
    const tail = bytes.subarray(bytes.length - length);
    if (words.some((word) => length < word.length && word.subarray(0, length).equals(tail))) return length;
  }
  return 0;
}
