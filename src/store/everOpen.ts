import type { Address } from "../facts/address.js";
import type { Port, PortSet } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { visitSpans } from "../history/trackPack.js";
import { portSetOf } from "../scope/portSet.js";
import { everyPack } from "./hostPack.js";
import { addressOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { type Place, vantagesAt } from "./vantages.js";

export interface EverOpen {
  readonly address: Address;
  readonly ports: PortSet;
}

/** Ports that any run ever saw open, host by host: the likeliest to be open again. */
export function everOpen(ledger: Ledger, place: Place = {}): EverOpen[] {
  return ledger.read(() => {
    const isOpen = new Set(ledger.numbers("SELECT id FROM value WHERE proof = 'open'").all());
    const byAddress = new Map<Address, Port[]>();
    for (const { id } of vantagesAt(ledger, place)) {
      for (const [host, packed] of everyPack(ledger, id)) {
        visitSpans(packed, "cells", (code, _, value) => {
          if (!isOpen.has(value)) return;
          const address = addressOf(ledger, host);
          const ports = byAddress.get(address) ?? [];
          ports.push(portOfCode(code));
          byAddress.set(address, ports);
        });
      }
    }
    return [...byAddress].map(([address, ports]) => ({ address, ports: portSetOf(ports) }));
  });
}
