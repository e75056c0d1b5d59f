/** How much is kept of one child of the root, so that no file, however made, takes the memory. */

/** Why no more can be kept; null while it can. */
export type Limit = string | null;

/** Characters of scripts' outputs; what goes beyond is left out and told, for it is no state of a port. */
const MOST_OUTPUT = 8 * 1024 * 1024;
/** Characters of tags and texts beside those. */
const MOST_TEXT = 32 * 1024 * 1024;
const MOST_ELEMENTS = 300_000;
/** Every port of the three protocols. */
const MOST_PORTS = 3 * 65_536;

export class KeptSize {
  #elements = 0;
  #text = 0;
  #output = 0;
  #ports = 0;
  #elementsBeforePort = 0;
  /** Scripts whose output was left out. */
  cutOutputs = 0;

  add(elements: number, text: number): Limit {
    this.#elements += elements;
    this.#text += text;
    return this.#elements > MOST_ELEMENTS || this.#text > MOST_TEXT
      ? "one host has more than any scan can tell"
      : null;
  }

  beginPort(): void {
    this.#elementsBeforePort = this.#elements;
  }

  /** A port is mapped as soon as it is whole: of its elements, the scripts are kept. */
  endPort(scripts: number): Limit {
    this.#ports += 1;
    this.#elements = this.#elementsBeforePort + scripts;
    return this.#ports > MOST_PORTS ? "one host has more ports than there are" : null;
  }

  /** How many more ports a host may have. */
  get portsLeft(): number {
    return MOST_PORTS - this.#ports;
  }

  /** So many ports that were mapped already. */
  addPorts(count: number): void {
    this.#ports += count;
  }

  /** Whether an output of so many characters may be kept. */
  takesOutput(length: number): boolean {
    if (this.#output + length > MOST_OUTPUT) {
      this.cutOutputs += 1;
      return false;
    }
    this.#output += length;
    return true;
  }
}
