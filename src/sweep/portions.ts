/** A run whose time may not suffice asks each host portion by portion; each goes through all its passes before the next. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { Dispatch } from "./dispatch.js";
import { firstPass } from "./passes.js";
import type { Portion } from "./rolling.js";
import { isFound, type Portions, type State, secondsLeft } from "./runState.js";

export function isRolling({ request }: State): boolean {
  return (request.rolling ?? null) !== null;
}

/** Begins the next portion of each host; returns those that are through: none is left, or nobody is there, or the time is over. */
export function beginPortions(state: State, dispatch: Dispatch, addresses: readonly Address[]): Address[] {
  const asks = new Map<number, Map<Address, PortSet>>();
  const through: Address[] = [];
  for (const address of addresses) {
    const portion = nextPortion(state, address);
    if (portion === null) {
      through.push(address);
      continue;
    }
    beginPortion(state, address, portion);
    const alike = asks.get(portion.rank) ?? new Map<Address, PortSet>();
    asks.set(portion.rank, alike.set(address, portion.ports));
  }
  for (const [rank, ask] of asks) dispatch.addCells(1, ask, { rank });
  return through;
}

function nextPortion(state: State, address: Address): Portion | null {
  const { begun, left } = portionsOf(state, address);
  const progress = state.passes.get(address);
  if (progress === undefined) state.passes.set(address, firstPass(emptyPortSet));
  // Where nobody answered to the first portion nobody will to the others.
  if (countPorts(begun) > 0 && !isFound(state, address)) return null;
  return secondsLeft(state) > 0 ? (left.shift() ?? null) : null;
}

function beginPortion(state: State, address: Address, portion: Portion): void {
  const portions = portionsOf(state, address);
  portions.begun = unionPorts(portions.begun, portion.ports);
  portions.rank = portion.rank;
  const before = state.passes.get(address) ?? firstPass(emptyPortSet);
  const { pass, left, proofs, proving } = firstPass(portion.ports);
  state.passes.set(address, { ...before, pass, left, proofs, proving });
  state.cellsTotal += left;
}

/** Of a run that is gone on with: what was asked of a host is begun, and of the others all portions are left. */
export function restorePortions(state: State, address: Address, begun: PortSet): void {
  const portions = portionsOf(state, address);
  portions.begun = begun;
  const left = portions.left.map(({ rank, ports }) => ({ rank, ports: subtractPorts(ports, begun) }));
  portions.left.splice(0, portions.left.length, ...left.filter(({ ports }) => countPorts(ports) > 0));
}

function portionsOf(state: State, address: Address): Portions {
  const known = state.portions.get(address);
  if (known !== undefined) return known;
  const left = [...(state.request.rolling?.portionsOf(address) ?? [])];
  const portions: Portions = { begun: emptyPortSet, rank: 0, left };
  state.portions.set(address, portions);
  return portions;
}
