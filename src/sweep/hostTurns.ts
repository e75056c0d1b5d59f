import type { Address } from "../facts/address.js";

/** Does `work` as soon as all earlier work on any of `addresses` has ended, well or badly. */
export type TakeTurn = <T>(addresses: readonly Address[], work: () => Promise<T>) => Promise<T>;

/**
 * One shard a host at a time. A slot keeps to a host's cap, so two slots at one host would send it twice as much
 * (measuring.md, "One budget over many nmaps"). Turns come in the order they were asked for.
 */
export function makeHostTurns(): TakeTurn {
  const last = new Map<Address, Promise<unknown>>();
  return (addresses, work) => {
    const turn = Promise.all(addresses.map((address) => last.get(address))).then(work);
    const ended = turn.catch(() => undefined);
    for (const address of addresses) last.set(address, ended);
    return turn;
  };
}
