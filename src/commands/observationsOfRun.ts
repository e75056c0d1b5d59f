/**
 * A run's observations out of its view. The view is made for reports, and some of what the run proved is not in it:
 *
 * - TTLs, scripts and when each host was asked are not kept at all.
 * - The grade: a host with believed silence is `full`, and so is every host of a complete run; the others are taken for
 *   `positive-only`, which claims less.
 * - An open port shows the last service known of it, be it of an earlier run.
 * - Names, MAC and vendor are the last known ones too.
 * - An answer that contradicts nothing (a silent UDP port that was open once) is kept as coverage only: it is told again as
 *   `open|filtered`, the answer that leads there. Of TCP and SCTP no such answer can be told again, and the port is left out.
 */
import type { CellObservation, HostObservation, QuietGroup } from "../facts/observation.js";
import type { Run } from "../facts/run.js";
import type { HostView, RunView } from "../facts/view.js";
import {
  countPorts,
  emptyPortSet,
  formatPortSet,
  portSetOf,
  subtractPorts,
  unionPorts,
} from "../scope/portSet.js";

/** One host at a time, in the order of the view. Hosts that the run did not ask are none of its. */
export function* observationsOfRun({ run, hosts }: RunView): Generator<HostObservation> {
  for (const host of hosts) {
    if (host.presence !== "not-covered") yield observationOf(run, host, host.presence);
  }
}

function observationOf(run: Run, host: HostView, presence: HostObservation["presence"]): HostObservation {
  const rows = host.ports.filter(({ covered }) => covered);
  const cells = rows.filter(({ state }) => state === "open").map(cellOf);
  const quiet = quietOf(host, portSetOf(cells));
  return {
    address: host.address,
    presence,
    aliveReason: host.aliveReason,
    mac: host.mac,
    vendor: host.vendor,
    names: host.names,
    cells,
    quiet,
    covered: unionPorts(portSetOf(cells), ...quiet.map(({ ports }) => ports)),
    grade:
      run.outcome === "complete" || quiet.some(({ proof }) => proof === "silent") ? "full" : "positive-only",
    holes: host.holes.map(({ firstSeen: _, ...hole }) => hole),
    holesUnjudged: host.holesUnjudged,
  };
}

function cellOf({ protocol, port, state, reason, proof, service, confidence }: HostView["ports"][number]) {
  return {
    protocol,
    port,
    state,
    reason,
    proof,
    ttl: null,
    service,
    scripts: [],
    confidence,
  } satisfies CellObservation;
}

/** The view keeps a port that was open once in a row of its own, also where this run found it quiet. */
function quietOf(host: HostView, open: HostObservation["covered"]): QuietGroup[] {
  const groups = new Map<string, QuietGroup>();
  const add = (group: QuietGroup) => {
    const key = `${group.state} ${group.proof} ${group.reason}`;
    const ports = unionPorts(groups.get(key)?.ports ?? emptyPortSet, group.ports);
    groups.set(key, { ...group, ports });
  };
  for (const group of host.quiet) add(group);
  for (const row of host.ports) {
    if (!row.covered || row.state === "open") continue;
    // A row has no word for it (`store/asOf.ts`); nmap's own `closed|filtered` never proves silence.
    const isLimited = row.state === "closed|filtered" && row.proof === "silent";
    const state = isLimited ? "closed-or-filtered" : row.state;
    add({ state, reason: row.reason, proof: row.proof, ports: portSetOf([row]) });
  }
  const told = unionPorts(open, ...[...groups.values()].map(({ ports }) => ports));
  const mute = { ...emptyPortSet, udp: subtractPorts(host.covered, told).udp };
  if (countPorts(mute) > 0) {
    add({ state: "open|filtered", reason: "no-response", proof: "silent", ports: mute });
  }
  return [...groups.values()].sort((a, b) => (formatPortSet(a.ports) < formatPortSet(b.ports) ? -1 : 1));
}
