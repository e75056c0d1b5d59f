import type { Port, Protocol } from "../facts/port.js";

const PROTOCOL_CODES: readonly Protocol[] = ["tcp", "udp", "sctp"];

/** A port and its protocol as one number: protocol (0 TCP, 1 UDP, 2 SCTP) << 16 | port. */
export function cellCode(protocol: Protocol, port: number): number {
  return (PROTOCOL_CODES.indexOf(protocol) << 16) | port;
}

/** The inverse of `cellCode`. */
export function portOfCode(code: number): Port {
  return { protocol: PROTOCOL_CODES[code >> 16] ?? "tcp", port: code & 0xffff };
}
