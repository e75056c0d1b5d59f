import { type Port, PROTOCOLS } from "../facts/port.js";

/** A port as one number, for maps that are asked a million times. */
export function portKeyOf({ protocol, port }: Port): number {
  return PROTOCOLS.indexOf(protocol) * 65_536 + port;
}
