/**
 * nmap's XML as the bytes of a file, piece by piece: what is usual in it is taken from the bytes (ports that answer as
 * others did, hosts that say what they said in the file before), the rest is decoded and walked (`streamXml.ts`). That
 * rest says the same whichever way it is read (tests hold the two to it).
 */
import type { NmapDocument, NmapHost } from "./document.js";
import type { Shape } from "./elementShape.js";
import { HOST_END, hostBodyAt, type KnownHosts, LONGEST_HOST } from "./knownHosts.js";
import { PORT_START } from "./quickPorts.js";
import { type StreamEnd, XmlStream } from "./streamXml.js";
import { TextDecoderOfFile } from "./textDecoder.js";

const HOST_START = Buffer.from("<host ");

export class ByteStream {
  readonly #decoder = new TextDecoderOfFile();
  readonly #stream: XmlStream;
  readonly #known: KnownHosts | null;
  /** The beginning of a host that is not all there. */
  #held = Buffer.alloc(0);
  /** Told since the last look. */
  #told: NmapHost[] | null = null;

  /** @param known hosts of earlier files, of which those of this one are learnt; null where no others come */
  constructor(onHost: (host: NmapHost) => void, shape: Shape, known: KnownHosts | null = null) {
    this.#known = known;
    this.#stream = new XmlStream((host) => {
      this.#told?.push(host);
      onHost(host);
    }, shape);
  }

  /** `XmlStream.isGoingOn` */
  get isGoingOn(): boolean {
    return this.#stream.isGoingOn;
  }

  /** `XmlStream.header` */
  header(): NmapDocument {
    return this.#stream.header();
  }

  /** Whether anything was noted so far. */
  get hasNotes(): boolean {
    return this.#stream.noteCount > 0 || this.#decoder.notes.length > 0;
  }

  push(bytes: Buffer): void {
    if (!this.#stream.isGoingOn) return;
    if (this.#known === null) this.#takePorts(bytes);
    else this.#takeHosts(this.#known, this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]));
  }

  /** `XmlStream.settle` */
  settle(): boolean {
    return this.#held.length === 0 && this.#decoder.isBetween && this.#stream.settle();
  }

  end(): StreamEnd & { readonly encodingNotes: readonly string[] } {
    if (this.#held.length > 0) this.#takePorts(this.#held);
    if (this.#stream.isGoingOn) this.#stream.push(this.#decoder.end());
    return { ...this.#stream.end(), encodingNotes: this.#decoder.notes };
  }

  /** Host by host, where the bytes are between two of them; what else there is as it comes. */
  #takeHosts(known: KnownHosts, bytes: Buffer): void {
    this.#held = Buffer.alloc(0);
    let at = 0;
    while (at < bytes.length && this.#stream.isGoingOn) {
      const next = bytes.indexOf(HOST_START, at);
      if (next !== at || !this.#isBetween()) {
        const to = next === at ? bytes.indexOf(HOST_START, at + 1) : next;
        this.#takePorts(bytes.subarray(at, to === -1 ? bytes.length : to));
        if (to === -1) return;
        at = to;
        continue;
      }
      const end = bytes.indexOf(HOST_END, at);
      if (end === -1 && bytes.length - at < LONGEST_HOST) {
        this.#held = Buffer.from(bytes.subarray(at));
        return;
      }
      const to = end === -1 ? bytes.length : end + HOST_END.length;
      if (end === -1 || !this.#takeKnown(known, bytes, at, end)) this.#learn(known, bytes, at, to);
      at = to;
    }
  }

  #takeKnown(known: KnownHosts, bytes: Buffer, at: number, end: number): boolean {
    const found = hostBodyAt(bytes, at, end);
    const host = found === null ? null : known.find(found.body);
    if (found === null || host === null) return false;
    return this.#stream.passHost(
      bytes.toString("latin1", at, found.tagEnd),
      host,
      end + HOST_END.length - at,
    );
  }

  /** Reads one host as any other, and keeps what it said where it is of the usual form. */
  #learn(known: KnownHosts, bytes: Buffer, at: number, to: number): void {
    const found = to - at > LONGEST_HOST ? null : hostBodyAt(bytes, at, to - HOST_END.length);
    const notesBefore = this.#stream.noteCount;
    this.#told = [];
    this.#takePorts(bytes.subarray(at, to));
    const isWhole = found !== null && this.#isBetween() && this.#stream.noteCount === notesBefore;
    const [host, ...others] = this.#told;
    this.#told = null;
    if (isWhole && host !== undefined && others.length === 0) known.learn(found.body, host);
  }

  #isBetween(): boolean {
    return this.#decoder.isBetween && this.#stream.isBetween();
  }

  /** Ports from the bytes, as many as are known, and what stands between them as text. */
  #takePorts(bytes: Buffer): void {
    let at = 0;
    let text: string | null = null;
    while (at < bytes.length && this.#stream.isGoingOn) {
      const next = bytes.indexOf(PORT_START, at);
      if (next > at) this.#pushText(bytes.subarray(at, next));
      if (next === -1) {
        this.#pushText(bytes.subarray(at));
        return;
      }
      if (this.#decoder.isBetween && this.#stream.isBeforePorts()) {
        text ??= bytes.toString("latin1");
        at = this.#stream.takePorts(text, next);
        if (at > next) continue;
      }
      // The walk has to look at this one.
      const after = bytes.indexOf(PORT_START, next + 1);
      at = after === -1 ? bytes.length : after;
      this.#pushText(bytes.subarray(next, at));
    }
  }

  #pushText(bytes: Buffer): void {
    this.#stream.push(this.#decoder.push(bytes));
  }
}
