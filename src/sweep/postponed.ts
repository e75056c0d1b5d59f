/** What a run leaves to others: what its time did not suffice for, and UDP ports whose proof takes too long for one run. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import { countPorts, emptyPortSet, unionPorts } from "../scope/portSet.js";
import type { Dispatch } from "./dispatch.js";
import { evidenceOf } from "./evidence.js";
import { begunPorts, isStopping, type State } from "./runState.js";
import { portsDue } from "./silence.js";

export function notePostponed(state: State, dispatch: Dispatch): void {
  const postponed = new Map<Address, PortSet>();
  const add = (address: Address, ...ports: readonly PortSet[]) => {
    const all = unionPorts(postponed.get(address) ?? emptyPortSet, ...ports);
    if (countPorts(all) > 0) postponed.set(address, all);
  };
  for (const [address, { later }] of state.passes) add(address, later);
  // A run that was stopped had the time: what it did not get to is missing.
  if (!isStopping(state)) noteOutOfTime(state, dispatch, add);
  state.postponed = postponed;
}

function noteOutOfTime(
  state: State,
  dispatch: Dispatch,
  add: (address: Address, ...ports: readonly PortSet[]) => void,
): void {
  for (const [address, ports] of dispatch.postponed) add(address, ports);
  for (const [address, { left }] of state.portions) add(address, ...left.map(({ ports }) => ports));
  // Hosts in the middle of a pass, or before their next one, when the time is over: silent once is not covered.
  for (const [address, { left }] of state.request.until === null ? [] : state.passes) {
    if (left <= 0 && !state.parked.has(address)) continue;
    add(address, portsDue(evidenceOf(state.evidence, address), begunPorts(state, address)));
  }
  state.unasked = new Set(
    dispatch.unbegun.flatMap(({ stage, addresses }) => (stage === "discover" ? addresses : [])),
  );
}
