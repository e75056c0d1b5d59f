import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Key } from "../history/span.js";
import { hasPort } from "../scope/portSet.js";
import { portsetOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { KeyedRun } from "./recording.js";

/** What a run covered of one host: the coverage of each of its tracks follows from it. */
export interface HostRun {
  readonly id: number;
  readonly key: Key;
  readonly presence: "alive" | "silent" | "vanished";
  readonly hasMac: boolean;
  readonly hasNames: boolean;
  /** Ids of the covered port sets, null where there are none of that protocol. */
  readonly portsets: Readonly<Record<Protocol, number | null>>;
  /** Which of the open ports were identified: all, or these. */
  readonly identified: "all" | PortSet | null;
}

/** The runs of the vantage that asked the host, by key. */
export function runsOfHost(ledger: Ledger, runs: readonly KeyedRun[], host: number): HostRun[] {
  const some = new Map(
    ledger
      .rows<[run: number, portset: number]>("SELECT run, portset FROM identified WHERE host = ?")
      .all(host),
  );
  return runs.flatMap(({ id, key, coverage }): HostRun[] => {
    const presence = (["alive", "silent", "vanished"] as const).find((trait) => coverage.has(host, trait));
    if (presence === undefined) return [];
    const portsets = { tcp: null, udp: null, sctp: null } as Record<Protocol, number | null>;
    for (const protocol of PROTOCOLS) portsets[protocol] = coverage.portset(host, protocol);
    const listed = some.get(id);
    return [
      {
        id,
        key,
        presence,
        hasMac: coverage.has(host, "mac"),
        hasNames: coverage.has(host, "named"),
        portsets,
        identified: coverage.has(host, "identified")
          ? "all"
          : listed === undefined
            ? null
            : portsetOf(ledger, listed),
      },
    ];
  });
}

export function covers(ledger: Ledger, run: HostRun, protocol: Protocol, port: number): boolean {
  const portset = run.portsets[protocol];
  return portset !== null && hasPort(portsetOf(ledger, portset), protocol, port);
}
