export const PROTOCOLS = ["tcp", "udp", "sctp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** One port, printed `22/tcp`. */
export interface Port {
  readonly protocol: Protocol;
  readonly port: number;
}

/** An inclusive range of port numbers. */
export type PortRange = readonly [from: number, to: number];

/** Ports of each protocol: ranges that are sorted, disjoint and not adjacent, so that equal sets are equal values. */
export type PortSet = Readonly<Record<Protocol, readonly PortRange[]>>;
