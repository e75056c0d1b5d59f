/**
 * What stands between `<port …>` and the port's scripts or its end, letter for letter: its state and service. A file of
 * 250,000 ports has a few hundred such texts; each is walked and mapped once, and known again by its bytes.
 */
import type { PortBody } from "./mapPort.js";
import { isWord } from "./scriptBytes.js";

export interface KnownBody {
  readonly bytes: Uint8Array;
  readonly body: PortBody;
}

const MOST = 4096;
/** What is longer hardly comes again, and would take memory. */
const LONGEST = 1024;
const SCRIPT = Buffer.from("<script");
const END = Buffer.from("</port>");
const LESS = 60;
/** What is not printable ASCII is left to the walk. */
const ASCII = /^[\n\r\t\x20-\x7e]*$/;

export class PortBodies {
  readonly #texts = new Map<string, PortBody>();
  /** By their hash; of two with the same the last. */
  readonly #bodies = new Map<number, KnownBody>();
  /** By port number, whatever the protocol: what the last one of it said, it mostly says again. */
  readonly #last: (KnownBody | undefined)[] = [];

  /**
   * The text that may be known, behind the start tag of a port; null where its end is not in sight. A comment could
   * hide that end, so there is none in it.
   */
  textAt(text: string, from: number): string | null {
    const end = text.indexOf("</port>", from);
    if (end === -1) return null;
    const whole = text.slice(from, end);
    const script = whole.indexOf("<script");
    const body = script === -1 ? whole : text.slice(from, from + script);
    return body.length > LONGEST ? null : body;
  }

  get(body: string): PortBody | undefined {
    return this.#texts.get(body);
  }

  /** What is known of the bytes behind the start tag of this port; undefined where it is not. */
  find(bytes: Uint8Array, from: number, port: number): KnownBody | undefined {
    const last = this.#last[port];
    // What goes on in another way than with a script or the end is longer than what was known.
    if (last !== undefined && isWord(bytes, from, last.bytes) && isEnd(bytes, from + last.bytes.length))
      return last;
    const end = endOfBody(bytes, from);
    if (end === -1) return undefined;
    const known = this.#bodies.get(hashOf(bytes, from, end));
    if (known === undefined || known.bytes.length !== end - from || !isWord(bytes, from, known.bytes))
      return undefined;
    this.#last[port] = known;
    return known;
  }

  /** Keeps what was mapped of this text. @returns a copy of it that keeps no other text in memory */
  learn(text: string, body: PortBody): PortBody {
    if (text.includes("<!") || text.includes("<?")) return copyOf(body);
    // A file in which nothing comes again costs no more than this.
    if (this.#texts.size >= MOST) {
      this.#texts.clear();
      this.#bodies.clear();
      this.#last.length = 0;
    }
    // Strings cut out of a text keep the whole of it in memory: these are copies.
    const own = copyOf({ text, body });
    this.#texts.set(own.text, own.body);
    if (ASCII.test(text)) {
      const bytes = Uint8Array.from(Buffer.from(own.text, "latin1"));
      this.#bodies.set(hashOf(bytes, 0, bytes.length), { bytes, body: own.body });
    }
    return own.body;
  }
}

function isEnd(bytes: Uint8Array, at: number): boolean {
  return isWord(bytes, at, END) || isWord(bytes, at, SCRIPT);
}

/** Where the port's scripts or its end begin; -1 where that is too far. */
function endOfBody(bytes: Uint8Array, from: number): number {
  const most = Math.min(bytes.length, from + LONGEST);
  for (let at = from; at < most; at++) if (bytes[at] === LESS && isEnd(bytes, at)) return at;
  return -1;
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
