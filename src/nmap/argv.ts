/**
 * nmap's argument lists: pure functions from what a shard asks to the flags, tested as tables. Targets are not
 * here (they go in through stdin) and neither is the output (`-oX -`): both belong to `scan.ts`.
 *
 * What is never passed: `--host-timeout` (throws away what was seen), `-T5`, `--open`, `--defeat-*-ratelimit`,
 * scripts, names to resolve (measuring.md, "One budget over many nmaps"). `--allports` only where fragile ports are
 * to be asked too.
 */
import type { Family } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Method } from "../facts/run.js";
import { countPorts, formatPortSet } from "../scope/portSet.js";

export interface ArgvOptions {
  readonly method: Method;
  readonly family: Family;
  /** Empty for `discoverArgv`. */
  readonly ports: PortSet;
  /** Packets a second. */
  readonly rate: number;
  /** True where the user named a rate: nmap is to keep it even where it sees loss. */
  readonly minRate: boolean;
  /** Addresses in the shard: nmap takes them as one group. */
  readonly hostGroup: number;
  /** True for a user other than root whose ambient capabilities reach nmap. */
  readonly privileged: boolean;
  /** Milliseconds between two probes to one host; for `lookArgv`. */
  readonly scanDelayMs?: number;
  /** Data probes to ports that nmap itself leaves out (`Exclude` in nmap-service-probes: 9100–9107) too. */
  readonly fragileToo?: boolean;
  /** More TCP ports for discovery's SYN probes: such as history knows to answer. */
  readonly extraPorts?: readonly number[];
}

/** The 20 TCP ports most often open by nmap-services, most frequent first (a test holds them against the file). */
export const DISCOVERY_PORTS: readonly number[] = [
  80, 23, 443, 21, 22, 25, 3389, 110, 445, 139, 143, 53, 135, 3306, 8080, 1723, 111, 995, 993, 5900,
];

/**
 * A UDP service that answered the sweep has answered its own protocol's payload, or the empty one. The words of its port and
 * those that many understand tell what it is; the other 17 kinds that nmap would try by default took 105 s a port that
 * none of them matched, with this it takes 25.
 */
const UDP_INTENSITY = "2";

/** Outstanding probes beyond this gain nothing: it is a second's worth of the fastest pace. */
const MOST_PARALLEL = 5000;

/**
 * Which addresses answer: echo, timestamp (IPv4 only), SYN to the 20 top ports, ACK to 80 and 443; on the link
 * ARP or neighbour discovery, which is nmap's own doing. By `connect()`: the same ports and 80 and 443.
 */
export function discoverArgv(o: ArgvOptions): string[] {
  const syn = [...new Set([...DISCOVERY_PORTS, ...(o.extraPorts ?? [])])].join(",");
  const probes =
    o.method === "connect"
      ? [`-PS${syn}`]
      : ["-PE", ...(o.family === 4 ? ["-PP"] : []), `-PS${syn}`, "-PA80,443"];
  // Not 0: nmap then calls a host down as its first probe times out, and never sends it the others (of 1,536 probes
  // to 64 addresses 380 were sent at 100 a second, and one of two live hosts was missed). So two probes of each kind.
  return [...common(o), "-sn", ...probes, "--max-retries", "1", ...pace(o)];
}

/**
 * One pass: one probe a port, no retries (measuring.md, "Passes, not retries"). UDP ports in their order (`-r`): of a host
 * that tells six closed ones at once and then one a second it is then the same six as of its neighbours, and what is left
 * of them all can be asked in one process.
 */
export function sweepArgv(o: ArgvOptions): string[] {
  const order = countPorts(o.ports, "udp") > 0 ? ["-r"] : [];
  return [
    ...common(o),
    "-Pn",
    ...scanTypes(o),
    ...order,
    "-p",
    portList(o),
    "--max-retries",
    "0",
    ...pace(o),
  ];
}

/**
 * Proof of closed UDP ports: one probe a port, `scanDelayMs` between any two to one host, whatever the others do. A closed
 * port is told in an ICMP error, which Linux sends once a second to one asker (`icmp_ratelimit`).
 *
 * The delay alone sets the pace. `--max-rate` at the same pace made nmap wait for both: 97 ports took 119 s instead of 99;
 * at twice the pace it keeps three hosts from being asked at the same moment, and no more.
 */
export function proveUdpArgv(o: ArgvOptions & { readonly scanDelayMs: number }): string[] {
  return [
    ...common(o),
    "-Pn",
    ...scanTypes(o),
    "-p",
    portList(o),
    "--max-retries",
    "0",
    ...hostGroup(o),
    "--min-rtt-timeout",
    "500ms",
    ...rateCap({ ...o, rate: o.rate * 2, minRate: false }),
    ...fixedDelay(o.scanDelayMs),
  ];
}

/**
 * What a silent UDP port says to the words of the services that usually live there: of `nmap-service-probes` only those
 * that name the port (intensity 0). A sweep's payload is one such word at most.
 */
export function knockArgv(o: ArgvOptions): string[] {
  return [
    ...common(o),
    "-Pn",
    ...scanTypes(o),
    "-sV",
    "--version-intensity",
    "0",
    "-p",
    portList(o),
    "--max-retries",
    "0",
    ...pace({ ...o, minRate: false }),
  ];
}

/**
 * Services on exactly these ports, one host a process, with nmap's own retries and intensity. Leave fragile
 * ports out first (`withoutFragilePorts`).
 */
export function identifyArgv(o: ArgvOptions): string[] {
  const all = [
    ...(o.fragileToo ? ["--allports"] : []),
    ...(countPorts(o.ports, "udp") > 0 ? ["--version-intensity", UDP_INTENSITY] : []),
  ];
  return [...common(o), "-Pn", ...scanTypes(o), "-sV", ...all, "-p", portList(o), ...rateCap(o)];
}

/** The slow second look: two probes a silent port at most, with `scanDelayMs` between any two where it is given. */
export function lookArgv(o: ArgvOptions): string[] {
  const delay = o.scanDelayMs === undefined ? [] : fixedDelay(o.scanDelayMs);
  return [
    ...common(o),
    "-Pn",
    ...scanTypes(o),
    "-p",
    portList(o),
    "--max-retries",
    "1",
    ...delay,
    ...rateCap(o),
  ];
}

function common(o: ArgvOptions): string[] {
  return [
    ...(o.family === 6 ? ["-6"] : []),
    "-n",
    "--noninteractive",
    "--no-stylesheet",
    ...(o.method === "connect" ? ["--unprivileged"] : o.privileged ? ["--privileged"] : []),
  ];
}

function scanTypes(o: ArgvOptions): string[] {
  const tcp = countPorts(o.ports, "tcp") > 0 ? [o.method === "connect" ? "-sT" : "-sS"] : [];
  const udp = countPorts(o.ports, "udp") > 0 ? ["-sU"] : [];
  return [...tcp, ...udp];
}

function portList(o: ArgvOptions): string {
  return formatPortSet(o.ports);
}

function pace(o: ArgvOptions): string[] {
  return [...hostGroup(o), ...patience(o), ...rateCap(o)];
}

function hostGroup(o: ArgvOptions): string[] {
  const group = String(Math.max(1, o.hostGroup));
  return ["--min-hostgroup", group, "--max-hostgroup", group];
}

/**
 * How nmap keeps pace without losing answers; measured with nmap 7.93, 1000 ports, `--max-retries 0`.
 *
 * `--min-parallelism`: the congestion window starts at 10 probes and grows with answers only, so a host that drops
 * everything was asked 98 ports a second on the link and 10 off it, whatever `--max-rate` said (10 and 100 s a
 * host). A floor of a second's worth of probes gives 440 of 500 and 2500 of 5000, and the last answers' wait is most
 * of the rest.
 *
 * `--min-rtt-timeout`: without retries an answer later than nmap's estimate is lost, and the estimate falls to 100 ms.
 * Where a tenth of the answers came 200 to 500 ms late, 30 of 330 open ports were missed, with this none. A shorter
 * `--initial-rtt-timeout` or `--max-rtt-timeout` missed every open port behind 400 ms. `-T4` changed nothing.
 */
function patience(o: ArgvOptions): string[] {
  const parallel = Math.min(MOST_PARALLEL, Math.max(1, Math.ceil(o.rate)));
  return ["--min-parallelism", String(parallel), "--min-rtt-timeout", "500ms"];
}

function rateCap(o: ArgvOptions): string[] {
  const rate = String(Math.max(1, Math.floor(o.rate)));
  return ["--max-rate", rate, ...(o.minRate ? ["--min-rate", rate] : [])];
}

function fixedDelay(ms: number): string[] {
  return ["--scan-delay", `${ms}ms`, "--max-scan-delay", `${ms}ms`];
}
