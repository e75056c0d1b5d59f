import type { Address } from "../facts/address.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { portOfCode } from "../history/cell.js";
import { visitSpans } from "../history/trackPack.js";
import { compareAddresses } from "../scope/address.js";
import { asOf } from "./asOf.js";
import { everyPack } from "./hostPack.js";
import { addressOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { presenceOf } from "./placeHost.js";
import { type Place, vantagesAt } from "./vantages.js";

export interface KnownHost {
  readonly address: Address;
  readonly realm: string;
  readonly vantage: string;
  readonly lastAlive: Instant;
  /** Whether the last run that covered it found it alive: it neither vanished since, nor does silence count. */
  readonly aliveLast: boolean;
}

/** Hosts that ever were alive, with when they last were. They are swept whatever discovery says. */
export function knownHosts(ledger: Ledger, place: Place = {}): KnownHost[] {
  return ledger.read(() =>
    vantagesAt(ledger, place)
      .flatMap((each) => hostsOf(ledger, each))
      .sort(byAddress),
  );
}

function hostsOf(
  ledger: Ledger,
  { id, vantage, realm }: { id: number; vantage: string; realm: string },
): KnownHost[] {
  const last = new Map<number, Instant>();
  for (const run of asOf(ledger, id, Number.MAX_SAFE_INTEGER).runs) {
    for (const host of run.coverage().list("alive")) if (!last.has(host)) last.set(host, run.run.startedAt);
  }
  const present = ledger
    .sql<{ host: number; value: number }>(
      "SELECT host, value FROM host_span WHERE vantage = ? AND track = 'presence' AND until_key IS NULL",
    )
    .all(id);
  const vanished = new Set(
    present.filter(({ value }) => presenceOf(ledger, value) === "vanished").map((row) => row.host),
  );
  return [...last].map(([host, lastAlive]) => {
    return { address: addressOf(ledger, host), realm, vantage, lastAlive, aliveLast: !vanished.has(host) };
  });
}

/** Ports last seen open: the sweep's sentinels. */
export function knownOpen(ledger: Ledger, place: Place = {}): ({ address: Address } & Port)[] {
  return ledger.read(() =>
    vantagesAt(ledger, place)
      .flatMap(({ id }) => openNow(ledger, id))
      .map(({ host, code }) => ({ address: addressOf(ledger, host), ...portOfCode(code) }))
      .sort(byAddress),
  );
}

function openNow(ledger: Ledger, vantage: number): { host: number; code: number }[] {
  const isOpen = new Set(ledger.numbers("SELECT id FROM value WHERE proof = 'open'").all());
  const open: { host: number; code: number }[] = [];
  for (const [host, packed] of everyPack(ledger, vantage)) {
    visitSpans(packed, "cells", (code, _, value, until) => {
      if (until === null && isOpen.has(value)) open.push({ host, code });
    });
  }
  return open;
}

function byAddress(a: { readonly address: Address }, b: { readonly address: Address }): number {
  return compareAddresses(a.address, b.address);
}
