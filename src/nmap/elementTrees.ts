/**
 * Makes the trees of the root's children as the walk tells their tags: what xml2js would make of the elements that are
 * read (`elementShape.ts`), in bounded memory whatever a file holds.
 */
import { readAttributes } from "./attributes.js";
import { portNumberOf, protocolOf } from "./attributeValues.js";
import { decodeReferences } from "./characterReferences.js";
import { childShape, type Shape } from "./elementShape.js";
import { attributeOf, type ElementTree } from "./elementTree.js";
import { KeptSize, type Limit } from "./keptSize.js";
import { addPort, type MappedPorts } from "./mapHost.js";
import { joinBodies, mapPortBody, mapScripts, type PortBody, portOf } from "./mapPort.js";
import { copyOf, PortBodies } from "./portBodies.js";
import { takeQuickPorts } from "./quickPorts.js";
import { endOfQuickTag } from "./quickTag.js";
import { RepeatedTags } from "./repeatedTags.js";
import type { WalkListener } from "./xmlWalk.js";

export interface TreeListener {
  /**
   * A whole child of the root with its ports, which are not in the tree.
   * @param cutOutputs how many of its scripts were left without their output
   */
  child(name: string, tree: ElementTree, ports: MappedPorts, cutOutputs: number): void;
  /** It holds too much: read no further. */
  stop(why: string): void;
}

interface Open {
  readonly shape: Shape;
  readonly node: Record<string, unknown>;
}

/** A port whose end is still to come. */
interface OpenPort {
  /** The text before its scripts, where that may come again. */
  readonly text: string | null;
  /** What that says, where it is known. */
  body: PortBody | null;
}

export class ElementTrees implements WalkListener {
  readonly #root: Shape;
  readonly #listener: TreeListener;
  readonly #tags = new RepeatedTags();
  readonly #bodies = new PortBodies();
  /** The open elements, from the root, down to one that nobody reads. */
  readonly #open: Open[] = [];
  /** The depth of an element that nobody reads, while inside. */
  #skipped: number | null = null;
  #text = "";
  #hasCdata = false;
  #port: OpenPort = { text: null, body: null };
  #ports: MappedPorts = { ports: [], misfits: [] };
  #size = new KeptSize();
  /** The root element's attributes. */
  root: ElementTree = {};

  constructor(root: Shape, listener: TreeListener) {
    this.#root = root;
    this.#listener = listener;
  }

  start(name: string, text: string, at: number, end: number, isEmpty: boolean, depth: number): number {
    if (this.#skipped !== null) return end;
    if (depth === 0) {
      this.root = nodeOf(this.#root, text, at, end);
      this.#open.push({ shape: this.#root, node: {} });
      return end;
    }
    if (depth === 1) this.#begin();
    const parent = this.#open[depth - 1];
    const shape = parent === undefined ? undefined : childShape(parent.shape, name);
    if (parent?.shape.isPort && name === "script") this.#learnBody(parent.node, text, at);
    if (
      parent === undefined ||
      shape === undefined ||
      (shape.isSingle && parent.node[shape.name] !== undefined)
    ) {
      if (!isEmpty) this.#skipped = depth;
      return end;
    }
    const node = this.#read(shape, text, at, end);
    if (isEmpty) {
      if (shape.hasText) closeText(node, "", false);
      this.#close({ shape, node }, depth);
      return end;
    }
    if (shape.isPort) {
      const next = this.#knownBody(node, text, end);
      if (next < 0) return next;
      this.#open.push({ shape, node });
      return next;
    }
    this.#open.push({ shape, node });
    this.#text = "";
    this.#hasCdata = false;
    return end;
  }

  /** The attributes of a host's start tag; null where it is not a usual one. */
  hostTag(tag: string): ElementTree | null {
    const shape = childShape(this.#root, "host");
    if (shape === undefined || this.#skipped !== null || endOfQuickTag(tag, 0) !== tag.length) return null;
    const $ = this.#tags.attributes(tag, shape.attributes);
    return $ === undefined ? {} : { $ };
  }

  takePorts(text: string, at: number): number {
    const { ports } = this.#ports;
    const before = ports.length;
    const next = takeQuickPorts(text, at, this.#bodies, ports, this.#size.portsLeft);
    this.#size.addPorts(ports.length - before);
    return next;
  }

  /** Whether ports whose scripts nobody reads come in the element that is open. */
  takesPorts(depth: number): boolean {
    if (this.#skipped !== null) return false;
    const parent = this.#open[depth - 1];
    const port = parent === undefined ? undefined : childShape(parent.shape, "port");
    return port?.isPort === true && childShape(port, "script") === undefined;
  }

  end(name: string, text: string, end: number, depth: number): void {
    if (this.#skipped !== null) {
      if (this.#skipped === depth) this.#skipped = null;
      return;
    }
    const open = this.#open.pop();
    if (depth === 0 || open === undefined) return;
    if (open.shape.hasText) closeText(open.node, this.#text, this.#hasCdata);
    if (open.shape.isPort) this.#learnBody(open.node, text, end - name.length - 3);
    this.#close(open, depth);
  }

  text(text: string, from: number, to: number, isCdata: boolean): void {
    if (this.#skipped !== null || !this.#open.at(-1)?.shape.hasText) return;
    this.#text += isCdata ? text.slice(from, to) : decodeReferences(text.slice(from, to));
    this.#hasCdata ||= isCdata;
    this.#check(this.#size.add(0, to - from));
  }

  #begin(): void {
    this.#ports = { ports: [], misfits: [] };
    this.#size = new KeptSize();
  }

  #read(shape: Shape, text: string, at: number, end: number): Record<string, unknown> {
    if (shape.isPort) this.#size.beginPort();
    else this.#check(this.#size.add(1, end - at));
    if (shape.hasFewTags) return { $: this.#tags.attributes(text.slice(at, end), shape.attributes) };
    const node = nodeOf(shape, text, at, end);
    const output = shape.isScript ? node.$?.output : undefined;
    if (output !== undefined && !this.#size.takesOutput(output.length))
      return { $: { ...node.$, output: "" } };
    return node as Record<string, unknown>;
  }

  /** Where to go on behind the start tag of a port; negative where all of it is known. */
  #knownBody(node: ElementTree, text: string, end: number): number {
    const known = this.#bodies.textAt(text, end);
    const body = known === null ? undefined : this.#bodies.get(known);
    this.#port = { text: known, body: body ?? null };
    if (known === null || body === undefined) return end;
    const next = end + known.length;
    if (!text.startsWith("</port>", next)) return next;
    this.#closePort(node);
    return -(next + "</port>".length);
  }

  /** At the first script of a port, or its end: what stands before it may come again. */
  #learnBody(node: ElementTree, text: string, at: number): void {
    if (this.#port.body !== null) return;
    const body = mapPortBody(node);
    const known = this.#port.text;
    if (known !== null && text.endsWith(known, at)) this.#port.body = this.#bodies.learn(known, body);
    else this.#port.body = copyOf(body);
  }

  /** A whole element goes to its parent; a port is mapped at once; a child of the root is told. */
  #close({ shape, node }: Open, depth: number): void {
    if (shape.isPort) this.#closePort(node);
    else if (depth === 1) this.#listener.child(shape.name, node, this.#ports, this.#size.cutOutputs);
    else addChild(this.#open[depth - 1]?.node ?? {}, shape.name, node);
  }

  #closePort(node: ElementTree): void {
    const protocol = protocolOf(attributeOf(node, "protocol"));
    const number = portNumberOf(attributeOf(node, "portid"));
    const scripts = mapScripts(node);
    // nmap writes its scripts last; what others write behind them is in the tree only.
    const late = node.state === undefined && node.service === undefined ? null : mapPortBody(node);
    const known = this.#port.body;
    const body = late === null || known === null ? (known ?? mapPortBody(node)) : joinBodies(known, late);
    const port = protocol === null || number === null ? null : portOf(protocol, number, body, scripts);
    addPort(this.#ports, node, port);
    this.#check(this.#size.endPort(scripts.length));
    this.#port = { text: null, body: null };
  }

  #check(limit: Limit): void {
    if (limit !== null) this.#listener.stop(limit);
  }
}

function nodeOf(shape: Shape, text: string, at: number, end: number): ElementTree {
  const $ = readAttributes(text, at, end, shape.attributes);
  return $ === undefined ? {} : { $ };
}

function addChild(parent: Record<string, unknown>, name: string, child: unknown): void {
  const children = parent[name];
  if (Array.isArray(children)) children.push(child);
  else parent[name] = [child];
}

/** As xml2js: blank text counts only where there is nothing else. */
function closeText(node: Record<string, unknown>, text: string, hasCdata: boolean): void {
  if (hasCdata || text.trim() !== "" || Object.keys(node).length === 0) node._ = text;
}
