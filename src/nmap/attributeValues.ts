/** What nmap writes into attributes, as values. */
import { PORT_STATES, type PortState } from "../facts/observation.js";
import { PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { type ElementTree, numberOf } from "./elementTree.js";

export function portNumberOf(text: string | null): number | null {
  if (text === null || !/^\d{1,5}$/.test(text)) return null;
  const number = Number(text);
  return number <= 65535 ? number : null;
}

/** 0 is nmap's "not known". */
export function ttlOf(element: ElementTree): number | null {
  return numberOf(element, "reason_ttl") || null;
}

/** nmap writes whole seconds, cut off. */
export function instantOf(element: ElementTree, name: string): Instant | null {
  const seconds = numberOf(element, name);
  return seconds === null || seconds <= 0 ? null : Math.round(seconds * 1000);
}

export function protocolOf(text: string | null): Protocol | null {
  return PROTOCOLS.find((protocol) => protocol === text) ?? null;
}

export function stateOf(text: string | null): PortState | null {
  return PORT_STATES.find((state) => state === text) ?? null;
}
