/**
 * The cells of one pass that nobody has taken yet. Shards are cut when they are started, not before: only then is known
 * which hosts are free, how much of the budget is, and how much work is left to share it out.
 *
 * Work lies in blocks, some addresses × some ports. Taking splits a block into what is taken and at most two that stay,
 * so each cell is given out exactly once whatever the order of taking (a property test).
 */
import type { Address, Family } from "../facts/address.js";
import type { PortRange, PortSet, Protocol } from "../facts/port.js";
import { familyOf } from "../scope/address.js";
import { countPorts, emptyPortSet, formatPortSet } from "../scope/portSet.js";
import type { Asks } from "./plan.js";

/** Cells of one protocol, family and place under caps: what one nmap can ask. */
export interface Block {
  readonly addresses: readonly Address[];
  readonly ports: PortSet;
  readonly protocol: Protocol;
  /** Of the bastion itself. */
  readonly local: boolean;
}

export interface Take {
  readonly mostHosts: number;
  /** Of so many hosts together; it may depend on which they are. */
  readonly mostCells: number | ((hosts: readonly Address[]) => number);
  readonly isFree: (address: Address) => boolean;
}

/**
 * Of a shard's ports. Linux takes 128 KB as one argument, and a range has twelve characters at most (`60000-60009,`); with
 * half of all ports silent here and there their list has 144 KB, and nmap could not be started.
 */
const MOST_RANGES = 10_000;

type PlaceOf = (address: Address) => string;

export class PendingCells {
  #blocks: Block[] = [];
  #cells = 0;

  /** How many are left. */
  get cells(): number {
    return this.#cells;
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** How many have something left. */
  get hosts(): number {
    return new Set(this.#blocks.flatMap(({ addresses }) => addresses)).size;
  }

  /** @param placeOf hosts of other places never go together */
  add(asks: Asks, isLocal: (address: Address) => boolean, placeOf: PlaceOf = () => ""): void {
    for (const block of blocksOf(asks, isLocal, placeOf)) {
      this.#blocks.push(block);
      this.#cells += cellsOf(block);
    }
  }

  /** Free hosts that have something to ask, and how many cells they have; of one protocol where it is named. */
  free(isFree: Take["isFree"], protocol?: Protocol): { readonly hosts: number; readonly cells: number } {
    const hosts = new Set<Address>();
    let cells = 0;
    for (const block of this.#blocks) {
      if (protocol !== undefined && block.protocol !== protocol) continue;
      const ports = countPorts(block.ports);
      for (const address of block.addresses) {
        if (!isFree(address)) continue;
        hosts.add(address);
        cells += ports;
      }
    }
    return { hosts: hosts.size, cells };
  }

  /**
   * A shard's worth, of the block with most left to ask a host: a host with much to ask begins early, or it would be
   * alone at the end. Null where no host is free.
   */
  take({ mostHosts, mostCells, isFree }: Take): Block | null {
    let best = -1;
    let most = 0;
    for (const [index, block] of this.#blocks.entries()) {
      const ports = countPorts(block.ports);
      if (ports > most && block.addresses.some(isFree)) {
        best = index;
        most = ports;
      }
    }
    const block = this.#blocks[best];
    if (block === undefined) return null;
    const addresses = block.addresses.filter(isFree).slice(0, Math.max(1, mostHosts));
    const cells = typeof mostCells === "number" ? mostCells : mostCells(addresses);
    const { taken, left } = splitPorts(
      block.ports,
      block.protocol,
      Math.max(1, Math.floor(cells / addresses.length)),
    );
    const chosen = new Set(addresses);
    const others = block.addresses.filter((address) => !chosen.has(address));
    const rest = [
      { ...block, addresses: others },
      { ...block, addresses, ports: left },
    ].filter((each) => each.addresses.length > 0 && countPorts(each.ports) > 0);
    this.#blocks.splice(best, 1, ...rest);
    const shard = { ...block, addresses, ports: taken };
    this.#cells -= cellsOf(shard);
    return shard;
  }
}

function cellsOf({ addresses, ports }: Block): number {
  return addresses.length * countPorts(ports);
}

/** Hosts that are asked the same ports go together. */
function blocksOf(asks: Asks, isLocal: (address: Address) => boolean, placeOf: PlaceOf): Block[] {
  const blocks = new Map<string, Block & { readonly addresses: Address[] }>();
  for (const [address, ask] of asks) {
    for (const protocol of ["tcp", "udp"] as const) {
      if (ask[protocol].length === 0) continue;
      const ports = { ...emptyPortSet, [protocol]: ask[protocol] };
      const local = isLocal(address);
      const family: Family = familyOf(address);
      const key = `${family} ${local} ${placeOf(address)} ${formatPortSet(ports)}`;
      const block = blocks.get(key);
      if (block === undefined) blocks.set(key, { addresses: [address], ports, protocol, local });
      else block.addresses.push(address);
    }
  }
  return [...blocks.values()];
}

/** The first `most` ports, or fewer where those are too many ranges for one nmap, and the others. */
function splitPorts(ports: PortSet, protocol: Protocol, most: number): { taken: PortSet; left: PortSet } {
  const taken: PortRange[] = [];
  const left: PortRange[] = [];
  let room = most;
  for (const [from, to] of ports[protocol]) {
    const size = taken.length === MOST_RANGES ? 0 : Math.min(room, to - from + 1);
    if (size > 0) taken.push([from, from + size - 1]);
    if (from + size <= to) left.push([from + size, to]);
    room -= size;
  }
  return {
    taken: { ...emptyPortSet, [protocol]: taken },
    left: { ...emptyPortSet, [protocol]: left },
  };
}
