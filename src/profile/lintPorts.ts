import { type PortRange, type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";

/** Places of one protocol: its ports, and one past them that is never taken. */
const STRIDE = 65_537;
const BASE: Readonly<Record<Protocol, number>> = { tcp: 0, udp: STRIDE, sctp: 2 * STRIDE };

/** A growing set of ports that finds what is still free in it without looking at each port twice. */
export class TakenPorts {
  /** For a port that is taken, one behind it that may be free; a free port leads to itself. */
  readonly #next = new Int32Array(PROTOCOLS.length * STRIDE);
  /** First and last place of what was taken at a time. */
  readonly #runs: [number, number][] = [];

  constructor() {
    for (let place = 0; place < this.#next.length; place++) this.#next[place] = place;
  }

  /** Whether any of the ports is free. */
  hasFree(ports: PortSet): boolean {
    for (const protocol of PROTOCOLS) {
      const base = BASE[protocol];
      for (const [from, to] of ports[protocol]) if (this.#free(base + from) <= base + to) return true;
    }
    return false;
  }

  /** Takes the ports and gives those that were free. */
  take({ tcp, udp, sctp }: PortSet): PortSet {
    return {
      tcp: this.#takeRanges(tcp, BASE.tcp),
      udp: this.#takeRanges(udp, BASE.udp),
      sctp: this.#takeRanges(sctp, BASE.sctp),
    };
  }

  /** Frees all. */
  clear(): void {
    for (const [from, to] of this.#runs) {
      for (let place = from; place <= to; place++) this.#next[place] = place;
    }
    this.#runs.length = 0;
  }

  #takeRanges(ranges: readonly PortRange[], base: number): readonly PortRange[] {
    if (ranges.length === 0) return ranges;
    const taken: PortRange[] = [];
    for (const [first, last] of ranges) {
      let from = this.#free(base + first);
      while (from <= base + last) {
        let to = from;
        while (to < base + last && this.#next[to + 1] === to + 1) to += 1;
        for (let place = from; place <= to; place++) this.#next[place] = to + 1;
        this.#runs.push([from, to]);
        taken.push([from - base, to - base]);
        from = this.#free(to + 1);
      }
    }
    return taken;
  }

  /** The first free place that is not before this one. */
  #free(place: number): number {
    let free = place;
    for (let next = this.#at(free); next !== free; next = this.#at(free)) free = next;
    // What was walked leads there at once from now on.
    for (let each = place; each !== free; ) {
      const next = this.#at(each);
      this.#next[each] = free;
      each = next;
    }
    return free;
  }

  #at(place: number): number {
    return this.#next[place] ?? place;
  }
}

/** Whether the two sets have a port in common. */
export function overlap(a: PortSet, b: PortSet): boolean {
  for (const protocol of PROTOCOLS) {
    for (const range of a[protocol]) if (meets(range, b[protocol])) return true;
  }
  return false;
}

/** Whether the range has a port in common with sorted ones; a binary search. */
function meets([from, to]: PortRange, ranges: readonly PortRange[]): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const last = ranges[middle]?.[1] ?? 0;
    if (last < from) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range[0] <= to;
}
