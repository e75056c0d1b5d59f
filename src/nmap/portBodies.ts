/**
 * What stands between `<port …>` and the port's scripts or its end, letter for letter: its state and service. A file of
 * 250,000 ports has a few hundred such texts; each is walked and mapped once, and known again as a whole.
 */
import type { PortBody } from "./mapPort.js";

export interface KnownBody {
  readonly text: string;
  readonly body: PortBody;
  readonly isAscii: boolean;
}

const MOST = 4096;
/** What is longer hardly comes again, and would take memory. */
const LONGEST = 1024;
/** Bytes that nobody has decoded may be taken for the text that they look like only so. */
const ASCII = /^[\n\r\t\x20-\x7e]*$/;

export class PortBodies {
  readonly #bodies = new Map<string, KnownBody>();
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
    return this.#bodies.get(body)?.body;
  }

  /** What is known of the text behind the start tag of this port; undefined where it is not. */
  find(text: string, from: number, port: number): KnownBody | undefined {
    const last = this.#last[port];
    if (last !== undefined && text.slice(from, from + last.text.length) === last.text) {
      // `text` goes on with a script or the end: else more belongs to it than was known.
      const next = from + last.text.length;
      if (text.startsWith("</port>", next) || text.startsWith("<script", next)) return last;
    }
    const body = this.textAt(text, from);
    const known = body === null ? undefined : this.#bodies.get(body);
    if (known === undefined || !known.isAscii) return undefined;
    this.#last[port] = known;
    return known;
  }

  /** Keeps what was mapped of this text. @returns a copy of it that keeps no other text in memory */
  learn(text: string, body: PortBody): PortBody {
    if (text.includes("<!") || text.includes("<?")) return copyOf(body);
    // A file in which nothing comes again costs no more than this.
    if (this.#bodies.size >= MOST) {
      this.#bodies.clear();
      this.#last.length = 0;
    }
    // Strings cut out of a text keep the whole of it in memory: these are copies.
    const own = copyOf({ text, body, isAscii: ASCII.test(text) });
    this.#bodies.set(own.text, own);
    return own.body;
  }
}

export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
