/**
 * The digest of the newest thing said of a host, where it needed no exception. A newest run that says the same has only
 * its coverage to write. A cache: a row that is missing costs a look at the tracks, so it is dropped when in doubt.
 */
import { createHash } from "node:crypto";
import type { QuietGroup } from "../facts/observation.js";
import { formatPortSet } from "../scope/portSet.js";
import type { Ledger } from "./ledger.js";
import type { Said } from "./said.js";

export interface HostAt {
  readonly host: number;
  readonly vantage: number;
}

/** Twelve bytes: one chance in 2^96 that a change goes unseen. */
export function digestOf({ presence, occupant, names, cells, quiet, covered }: Said): Buffer {
  let text = `${presence} ${occupant} ${names} ${formatPortSet(covered)}`;
  for (const [code, { value, service }] of cells) text += ` ${code} ${value} ${service}`;
  for (const group of quiet) text += `\n${describe(group)}`;
  return createHash("sha256").update(text).digest().subarray(0, 12);
}

export function isHead(ledger: Ledger, { host, vantage }: HostAt, digest: Buffer): boolean {
  const row = ledger
    .rows<[Buffer]>("SELECT digest FROM head WHERE vantage = ? AND host = ?")
    .get(vantage, host);
  return row?.[0].equals(digest) ?? false;
}

export function writeHead(ledger: Ledger, { host, vantage }: HostAt, digest: Buffer): void {
  ledger.sql("REPLACE INTO head (host, vantage, digest) VALUES (?, ?, ?)").run(host, vantage, digest);
}

export function dropHead(ledger: Ledger, { host, vantage }: HostAt): void {
  ledger.sql("DELETE FROM head WHERE vantage = ? AND host = ?").run(vantage, host);
}

function describe({ state, reason, proof, ports }: QuietGroup): string {
  return `${state} ${reason} ${proof} ${formatPortSet(ports)}`;
}
