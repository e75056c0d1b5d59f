/**
 * The bytes of an XML file to text, piece by piece. nmap writes ASCII; what editors and other tools made of it is read as
 * far as it can be, and told.
 */
import { isAscii, isUtf8 } from "node:buffer";

type Encoding = "utf-8" | "latin1" | "utf-16le" | "utf-16be";

const DECLARATION = /<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/;
const LATIN1 = /^(iso-?8859-?1|iso_8859-1|latin-?1|windows-1252|cp1252|l1)$/i;
/** Of Unicode a part, or named for what it is not: UTF-16 whose declaration is readable byte by byte is none. */
const UTF8 = /^(utf-?8|us-ascii|ascii|utf-?16.*|ucs-?2.*)$/i;

export class TextDecoderOfFile {
  #encoding: Encoding | null = null;
  /** The beginning of a character that is not whole yet. */
  #rest: Buffer = Buffer.alloc(0);
  #strange = 0;
  readonly #notes: string[] = [];

  /** What it had to do, known at the end. */
  get notes(): readonly string[] {
    const { length } = this.#notes;
    if (this.#strange === 0) return this.#notes;
    const bytes =
      this.#strange === 1
        ? "1 byte that is no UTF-8 was read as Latin-1"
        : `${this.#strange} bytes that are no UTF-8 were read as Latin-1`;
    return length === 0 ? [bytes] : [...this.#notes, bytes];
  }

  /** Whether ASCII may come next, and be what it is there: not in UTF-16, nor inside of a character. */
  get isBetween(): boolean {
    return this.#rest.length === 0 && (this.#encoding === "utf-8" || this.#encoding === "latin1");
  }

  push(bytes: Buffer): string {
    const encoding = this.#encoding ?? this.#begin(bytes);
    if (encoding === "latin1") return bytes.toString("latin1");
    if (encoding === "utf-8" && this.#rest.length === 0 && isAscii(bytes)) return bytes.toString("latin1");
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const whole = encoding === "utf-8" ? wholeUtf8(all) : wholeUtf16(all, encoding);
    this.#rest = Buffer.from(all.subarray(whole));
    return this.#decode(all.subarray(0, whole), encoding);
  }

  end(): string {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? "" : this.#decode(rest, this.#encoding ?? "utf-8");
  }

  /** Decides by the first bytes; a byte order mark is no text. */
  #begin(bytes: Buffer): Encoding {
    this.#encoding = encodingOf(bytes, this.#notes);
    return this.#encoding;
  }

  #decode(bytes: Buffer, encoding: Encoding): string {
    if (encoding === "utf-16le") return bytes.toString("utf16le");
    if (encoding === "utf-16be")
      return Buffer.from(bytes.subarray(0, bytes.length & ~1))
        .swap16()
        .toString("utf16le");
    if (isUtf8(bytes)) return bytes.toString("utf8");
    const { text, strange } = decodeBroken(bytes);
    this.#strange += strange;
    return text;
  }
}

/** Whether these first bytes of a file are UTF-16's. */
export function isUtf16(bytes: Buffer): boolean {
  return utf16Of(bytes) !== null;
}

function utf16Of(bytes: Buffer): "utf-16le" | "utf-16be" | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0x3c && second === 0) return "utf-16le";
  return first === 0 && second === 0x3c ? "utf-16be" : null;
}

function encodingOf(bytes: Buffer, notes: string[]): Encoding {
  const utf16 = utf16Of(bytes);
  if (utf16 !== null) {
    notes.push("it is written in UTF-16");
    return utf16;
  }
  const declared = DECLARATION.exec(bytes.toString("latin1", 0, 1024))?.[1];
  if (declared === undefined || UTF8.test(declared)) return "utf-8";
  if (LATIN1.test(declared)) {
    notes.push(`it is written in ${declared}`);
    return "latin1";
  }
  notes.push(`it says that it is written in ${declared}, and is read as UTF-8`);
  return "utf-8";
}

/** How many bytes make whole characters: all but the beginning of a last one. */
function wholeUtf8(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function wholeUtf16(bytes: Buffer, encoding: Encoding): number {
  const even = bytes.length & ~1;
  if (even < 2) return 0;
  const high = bytes[encoding === "utf-16le" ? even - 1 : even - 2] ?? 0;
  // The first half of a pair waits for the second.
  return high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

/** UTF-8 where it is, and each other byte as the character of that number: as nmap's own references are read. */
function decodeBroken(bytes: Buffer): { text: string; strange: number } {
  let text = "";
  let strange = 0;
  let at = 0;
  while (at < bytes.length) {
    let good = at;
    while (good < bytes.length) {
      const length = characterAt(bytes, good);
      if (length === 0) break;
      good += length;
    }
    text += bytes.toString("utf8", at, good);
    if (good < bytes.length) {
      text += String.fromCharCode(bytes[good] ?? 0);
      strange += 1;
    }
    at = good + 1;
  }
  return { text, strange };
}

/** Bytes of the UTF-8 character that begins there; 0 where none does. */
function characterAt(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}
