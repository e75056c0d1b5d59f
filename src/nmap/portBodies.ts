/**
 * What stands between `<port …>` and the port's scripts or its end, letter for letter: its state and service. A file of
 * 250,000 ports has a few hundred such texts; each is walked and mapped once, and known again as a whole.
 */
import type { PortBody } from "./mapPort.js";

export interface KnownBody {
  readonly body: PortBody;
  /** Where the text goes on: at `</port>`, or at the port's first script. */
  readonly next: number;
}

const MOST = 4096;
/** What is longer hardly comes again, and would take memory. */
const LONGEST = 1024;

export class PortBodies {
  readonly #bodies = new Map<string, PortBody>();

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
    return this.#bodies.get(body);
  }

  /** Keeps what was mapped of this text. */
  learn(text: string, body: PortBody): void {
    if (text.includes("<!") || text.includes("<?")) return;
    // A file in which nothing comes again costs no more than this.
    if (this.#bodies.size >= MOST) this.#bodies.clear();
    // Strings cut out of a text keep the whole of it in memory: these are copies.
    this.#bodies.set(copyOf(text), copyOf(body));
  }
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
