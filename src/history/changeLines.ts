import type { ChangeColumns, PackedLine } from "./changePack.js";

/** Lines on changes while they are gathered: a first file tells hundreds of thousands, which are too many objects. */
export class ChangeLines {
  #hosts = new Int32Array(1024);
  #protoports = new Int32Array(1024);
  #whats = new Int32Array(1024);
  #count = 0;
  #isSorted = true;

  static of(lines: Iterable<PackedLine>): ChangeLines {
    const gathered = new ChangeLines();
    for (const { host, protoport, what } of lines) gathered.push(host, protoport, what);
    return gathered;
  }

  get count(): number {
    return this.#count;
  }

  push(host: number, protoport: number, what: number): void {
    const at = this.#count;
    if (at === this.#hosts.length) {
      this.#hosts = grown(this.#hosts);
      this.#protoports = grown(this.#protoports);
      this.#whats = grown(this.#whats);
    }
    this.#hosts[at] = host;
    this.#protoports[at] = protoport;
    this.#whats[at] = what;
    this.#count = at + 1;
    if (at > 0 && this.#isSorted) this.#isSorted = this.#compare(at - 1, at) <= 0;
  }

  /** By host, port and what. */
  sorted(): ChangeColumns {
    const count = this.#count;
    if (this.#isSorted) {
      return {
        hosts: this.#hosts.subarray(0, count),
        protoports: this.#protoports.subarray(0, count),
        whats: this.#whats.subarray(0, count),
      };
    }
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    order.sort((a, b) => this.#compare(a, b));
    const inOrder = (column: Int32Array): Int32Array => Int32Array.from(order, (index) => column[index] ?? 0);
    return {
      hosts: inOrder(this.#hosts),
      protoports: inOrder(this.#protoports),
      whats: inOrder(this.#whats),
    };
  }

  #compare(a: number, b: number): number {
    return (
      (this.#hosts[a] ?? 0) - (this.#hosts[b] ?? 0) ||
      (this.#protoports[a] ?? 0) - (this.#protoports[b] ?? 0) ||
      (this.#whats[a] ?? 0) - (this.#whats[b] ?? 0)
    );
  }
}

function grown(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.ceil(column.length * 1.5));
  larger.set(column);
  return larger;
}
