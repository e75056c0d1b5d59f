import type { OpenRow } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import type { Ledger } from "./ledger.js";
import { type OpenFilter, openRows } from "./openRows.js";

/** The addresses with this port: open ones, or those in the states that are asked for; by address. */
export function whoHas(ledger: Ledger, port: Port, filter: Omit<OpenFilter, "port"> = {}): OpenRow[] {
  return openRows(ledger, { ...filter, port });
}
