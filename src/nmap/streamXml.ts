/**
 * nmap's XML of any size, text by text: a host at a time, and what stands around the hosts at the end. Agrees with
 * `parseNmapXml` on every text (tests hold both to it); only what that keeps whole in memory is bounded here.
 */
import type { NmapDocument, NmapHost } from "./document.js";
import { type Shape, wholeShape } from "./elementShape.js";
import type { ElementTree } from "./elementTree.js";
import { ElementTrees, type TreeListener } from "./elementTrees.js";
import { mapDocument } from "./mapDocument.js";
import { type MappedPorts, mapHost, mapHostTag } from "./mapHost.js";
import { type Form, XmlWalk } from "./xmlWalk.js";

export interface StreamEnd {
  readonly form: Form;
  /** `hosts` is empty: they were told. Null where refused, or cut before the start tag ended. */
  readonly document: NmapDocument | null;
  readonly notes: readonly string[];
}

const MOST_NOTES = 100;
/** Of what stands around the hosts: skipped targets, prescripts. */
const MOST_AROUND = 10_000;

export class XmlStream {
  readonly #walk: XmlWalk;
  readonly #trees: ElementTrees;
  readonly #around: Record<string, ElementTree[]> = {};
  readonly #onHost: (host: NmapHost) => void;
  #aroundCount = 0;
  #notes: string[] = [];
  #unsaid = 0;

  /**
   * @param onHost told of each whole host in the order of the file; in a file that is refused later, too
   */
  constructor(onHost: (host: NmapHost) => void, shape: Shape = wholeShape) {
    this.#onHost = onHost;
    const listener: TreeListener = {
      child: (name, tree, ports, cutOutputs) => this.#takeChild(name, tree, ports, cutOutputs),
      stop: (why) => this.#walk.stop(why),
    };
    this.#trees = new ElementTrees(shape, listener);
    this.#walk = new XmlWalk(this.#trees);
  }

  /** False once the text broke or was refused: what follows changes nothing. */
  get isGoingOn(): boolean {
    return this.#walk.isGoingOn;
  }

  /** The root element and what stood beside its hosts so far. */
  header(): NmapDocument {
    return mapDocument({ ...this.#trees.root, ...this.#around }, []);
  }

  push(text: string): void {
    this.#walk.push(text);
  }

  /** `XmlWalk.settle` */
  settle(): boolean {
    return this.#walk.settle();
  }

  /** `XmlWalk.isBetween` */
  isBetween(): boolean {
    return this.#walk.isBetween();
  }

  /** `XmlWalk.isBeforePorts` */
  isBeforePorts(): boolean {
    return this.#walk.isBeforePorts();
  }

  /** `XmlWalk.takePorts` */
  takePorts(text: string, at: number): number {
    return this.#walk.takePorts(text, at);
  }

  /**
   * Tells a host, between two others, that says what was told before.
   * @param tag its start tag; false where that is not usual, and nothing was told
   * @param characters of all of it
   */
  passHost(tag: string, host: NmapHost, characters: number): boolean {
    const own = this.#trees.hostTag(tag);
    if (own === null) return false;
    this.#walk.pass(characters);
    this.#onHost({ ...host, ...mapHostTag(own) });
    return true;
  }

  /** What was noted so far. */
  get noteCount(): number {
    return this.#notes.length + this.#unsaid + this.#walk.noteCount;
  }

  end(): StreamEnd {
    const { form, notes } = this.#walk.end();
    if (form.form === "refused") return { form, document: null, notes: [form.why] };
    if (form.form === "cut" && !form.hasRoot) return { form, document: null, notes };
    const document = this.header();
    const unsaid = this.#unsaid === 0 ? [] : [`${this.#unsaid} more of this kind`];
    const writer =
      document.scanner === "nmap" ? [] : [`written by ${JSON.stringify(document.scanner)}, not by nmap`];
    return { form, document, notes: [...notes, ...this.#notes, ...unsaid, ...writer] };
  }

  #takeChild(name: string, tree: ElementTree, ports: MappedPorts, cutOutputs: number): void {
    if (name !== "host") {
      this.#aroundCount += 1;
      if (this.#aroundCount > MOST_AROUND) return;
      this.#around[name] ??= [];
      this.#around[name].push(tree);
      return;
    }
    const notes: string[] = [];
    const host = mapHost(tree, notes, ports);
    if (host !== null && cutOutputs > 0)
      notes.push(
        `${host.address}: ${cutOutputs} outputs of scripts were too long together and were left out`,
      );
    const room = MOST_NOTES - this.#notes.length;
    this.#notes.push(...notes.slice(0, room));
    this.#unsaid += Math.max(0, notes.length - room);
    if (host === null) return;
    this.#onHost(host);
  }
}
