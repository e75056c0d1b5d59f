/** What nmap writes into attributes, as values. */
import { PORT_STATES, type PortState } from "../facts/observation.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { attributeOf, type ElementTree, numberOf } from "./elementTree.js";

export function portNumberOf(text: string | null): number | null {
  if (text === null || !/^\d{1,5}$/.test(text)) return null;
  const number = Number(text);
  return number <= 65535 ? number : null;
}

/** 0 is nmap's "not known". */
export function ttlOf(element: ElementTree): number | null {
  return numberOf(element, "reason_ttl") || null;
}

/** The last second that has a key in the history (`history/runKey.ts`), in the year 2106. */
export const LAST_SECOND = 2 ** 32 - 1;

/** nmap writes whole seconds, cut off; null for anything else, and for a time that no calendar of ours reaches. */
export function instantOf(element: ElementTree, name: string): Instant | null {
  const text = attributeOf(element, name)?.trim() ?? "";
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return seconds <= 0 || seconds > LAST_SECOND ? null : seconds * 1000;
}

export function protocolOf(text: string | null): Protocol | null {
  return PROTOCOLS.find((protocol) => protocol === text) ?? null;
}

export function stateOf(text: string | null): PortState | null {
  return PORT_STATES.find((state) => state === text) ?? null;
}
