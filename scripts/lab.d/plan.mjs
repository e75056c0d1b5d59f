/**
 * What the lab will be: addresses, kinds, ports and services of every host, chosen by the seed alone.
 * Pure, so that the same options give the same lab. The ground truth is this plan, written down.
 */
import { LabFailure, USAGE } from "./failure.mjs";
import { randomFrom } from "./random.mjs";

/** @typedef {import("./options.mjs").LabOptions} LabOptions */
/** @typedef {"default-accept" | "default-drop" | "default-reject"} HostKind */
/** @typedef {"reset" | "drop" | "reject-icmp" | "reject-reset"} TcpClosed */
/**
 * @typedef {object} LabHost
 * @property {string} address
 * @property {string | null} ipv6
 * @property {HostKind} kind
 * @property {boolean} answersPing ICMP echo
 * @property {boolean} stealth answers nothing but its one odd port
 * @property {null | "admin-prohibited" | "port-unreachable" | "tcp-reset"} rejectWith
 * @property {{open: number[], closed: TcpClosed, holes: number[]}} tcp
 * @property {{open: number[], closed: "unreach" | "drop" | "prohibited"}} udp
 * @property {Record<string, string>} services "22/tcp" to the name of what speaks there
 * @property {Record<string, string | null>} identifiedAs "22/tcp" to the name `nmap -sV` gives it; null: it can tell none.
 *   "https" is told as "http" in the tunnel "ssl"
 * @property {number | null} rstLimit resets a second
 * @property {number | null} icmpLimit ICMP errors a second; 0: unlimited; null: the kernel's default, one a second and peer
 */
/**
 * @typedef {object} LabTruth
 * @property {1} schemaVersion
 * @property {string} network
 * @property {string | null} network6
 * @property {{address: string, ipv6: string | null, onLink: boolean}} scanner
 * @property {{address: string, ipv6: string | null, scannerSide: string, absent: "silent" | "unreachable"} | null} router
 *   `address` is in the network and answers nothing itself
 * @property {number} seed
 * @property {LabOptions} options
 * @property {LabHost[]} hosts ascending by address
 * @property {"all others"} absent
 * @property {string[]} absentExamples
 */

/** RFC 2544 benchmarking addresses: no one is hit should a packet ever get out. */
const PREFIX4 = "198.18.20";
/** RFC 5180 benchmarking addresses. */
const PREFIX6 = "2001:2:0:14";
const SCANNER4 = "198.19.255.2";
const ROUTER4 = "198.19.255.1";
const SCANNER6 = "2001:2:0:ff::2";

/** Ports that discovery asks (nmap's 20 top ports), each with its usual service. */
const COMMON = /** @type {const} */ ([
  [22, "ssh"],
  [80, "http"],
  [443, "https"],
  [25, "smtp"],
  [21, "ftp"],
  [23, "telnet"],
  [110, "pop3"],
  [143, "imap"],
  [3306, "mysql"],
  [5900, "vnc"],
  [8080, "http"],
]);
/** Other ports, all among nmap's 1000 top TCP ports. */
const FURTHER = /** @type {const} */ ([
  [5432, "postgresql"],
  [2222, "ssh"],
  [8000, "http"],
  [8443, "https"],
  [587, "smtp"],
  [2121, "ftp"],
  [631, "http"],
  [873, "rsync"],
  [3000, "http"],
  [9999, "chatty"],
  [5901, "vnc"],
  [222, "ssh"],
  [8081, "http"],
  [2525, "smtp"],
  [8888, "http"],
  [9090, "http"],
  [5001, "chatty"],
]);
/** Where a stealth host's only service is. */
const ODD = /** @type {const} */ ([
  [2222, "ssh"],
  [8443, "https"],
  [5432, "postgresql"],
  [9090, "http"],
  [50000, "http"],
]);
/** Not among the 1000 top ports. */
const RARE = /** @type {const} */ ([
  [6379, "redis"],
  [22022, "ssh"],
  [18080, "http"],
  [33060, "mysql"],
  [60022, "ssh"],
  [11211, "memcached"],
]);
/** UDP ports whose speakers answer nmap's payloads. */
const UDP = /** @type {const} */ ([
  [53, "domain"],
  [123, "ntp"],
  [161, "snmp"],
  [137, "netbios-ns"],
  [69, "tftp"],
  [111, "rpcbind"],
  [1900, "upnp"],
  [5353, "zeroconf"],
  [500, "isakmp"],
  [7, "echo"],
  [520, "route"],
  [177, "xdmcp"],
  [623, "asf-rmcp"],
  [3478, "stun"],
  [5351, "nat-pmp"],
  [1812, "radius"],
  [11211, "memcache"],
  [427, "svrloc"],
  [389, "ldap"],
  [2049, "nfs"],
]);
/** Hole ports: among nmap's 1000 top TCP ports, nothing listens there. 113 is no hole (identd is often reset on purpose). */
const HOLES = [
  111, 135, 139, 445, 993, 995, 1720, 3389, 81, 1025, 8008, 1026, 179, 10000, 514, 6001, 548, 2001, 88, 79,
  106, 2049, 5060, 6000, 990, 5357, 427, 543, 544, 5101, 144, 389, 8009, 3128, 5009, 7070, 5190, 1900, 3986,
  13, 1029, 646, 5051, 1028, 2717, 4899, 9100, 119, 37, 1433, 5000, 5666, 8031, 1755, 199, 465, 5631, 6646,
  49152, 32768,
];
/** Accepting and saying nothing. Each costs `nmap -sV` more than a minute, so they come on request only. */
const SILENT = [4444, 1234, 8009, 7070];
/** What `nmap -sV` calls a speaker, where that is not its own name. @type {Record<string, string | null>} */
const IDENTIFIED = {
  https: "http",
  silent: null,
  chatty: "smtp",
  "hostile-ansi": "smtp",
  "hostile-html": "ssh",
  "hostile-utf8": "smtp",
};
const HOSTILE = /** @type {const} */ ([
  [1000, "hostile-ansi"],
  [2000, "hostile-html"],
  [3001, "hostile-utf8"],
]);

/**
 * Plans the lab.
 *
 * @param {LabOptions} options
 * @param {{tls: boolean}} machine whether this machine can make a certificate; without, "https" ports speak http
 * @returns {LabTruth}
 * @throws {LabFailure} usage, when more hosts of a kind are asked than there are hosts
 */
export function planLab(options, machine) {
  const random = randomFrom(options.seed);
  const kinds = planKinds(options);
  const taken = new Set(options.onLink ? [1, 254] : [1]);
  const octets = random.shuffle(range(2, 254).filter((octet) => !taken.has(octet)));
  const live = octets.slice(0, options.hosts).sort((a, b) => a - b);
  const shuffled = random.shuffle(kinds);
  const hosts = live.map((octet, index) =>
    planHost(octet, index, shuffled[index] ?? { kind: "default-accept" }, options, machine, random),
  );
  const absentExamples = octets
    .slice(options.hosts, options.hosts + options.absent)
    .sort((a, b) => a - b)
    .map((octet) => `${PREFIX4}.${octet}`);
  return {
    schemaVersion: 1,
    network: `${PREFIX4}.0/24`,
    network6: options.ipv6 ? `${PREFIX6}::/64` : null,
    scanner: options.onLink
      ? { address: `${PREFIX4}.254`, ipv6: options.ipv6 ? `${PREFIX6}::fe` : null, onLink: true }
      : { address: SCANNER4, ipv6: options.ipv6 ? SCANNER6 : null, onLink: false },
    router: options.onLink
      ? null
      : {
          address: `${PREFIX4}.1`,
          ipv6: options.ipv6 ? `${PREFIX6}::1` : null,
          scannerSide: ROUTER4,
          absent: options.router,
        },
    seed: options.seed,
    options,
    hosts,
    absent: "all others",
    absentExamples,
  };
}

/**
 * @typedef {{kind: HostKind, rejectWith?: LabHost["rejectWith"], stealth?: boolean, answersPing?: boolean}} PlannedKind
 */

/** @param {LabOptions} options @returns {PlannedKind[]} */
function planKinds(options) {
  const { hosts } = options;
  const drop = Math.round(options.drop * hosts);
  const reject =
    options.reject ?? Math.min(hosts - drop, Math.max(hosts >= 4 ? 1 : 0, Math.floor(hosts / 6)));
  if (drop + reject > hosts) {
    throw new LabFailure(
      USAGE,
      `${drop} default-drop and ${reject} default-reject hosts are more than --hosts ${hosts}`,
      "raise --hosts, or lower --drop or --reject",
    );
  }
  if (options.stealth > drop) {
    throw new LabFailure(
      USAGE,
      `--stealth ${options.stealth} is more than the ${drop} default-drop hosts`,
      "raise --hosts or --drop",
    );
  }
  const variants = /** @type {const} */ (["admin-prohibited", "tcp-reset", "port-unreachable"]);
  return [
    ...range(0, drop - 1).map((index) => ({
      kind: /** @type {const} */ ("default-drop"),
      stealth: index < options.stealth,
      answersPing: index >= options.stealth && index % 2 === 0,
    })),
    ...range(0, reject - 1).map((index) => ({
      kind: /** @type {const} */ ("default-reject"),
      rejectWith: variants[index % 3] ?? "tcp-reset",
    })),
    ...range(0, hosts - drop - reject - 1).map(() => ({ kind: /** @type {const} */ ("default-accept") })),
  ];
}

/**
 * @param {number} octet
 * @param {number} index
 * @param {PlannedKind} planned
 * @param {LabOptions} options
 * @param {{tls: boolean}} machine
 * @param {ReturnType<typeof randomFrom>} random
 * @returns {LabHost}
 */
function planHost(octet, index, planned, options, machine, random) {
  const rejectWith = planned.rejectWith ?? null;
  const stealth = planned.stealth ?? false;
  const tcpClosed =
    planned.kind === "default-accept"
      ? "reset"
      : planned.kind === "default-drop"
        ? "drop"
        : rejectWith === "tcp-reset"
          ? "reject-reset"
          : "reject-icmp";
  const tcp = new Map(planTcp(stealth, options, random));
  if (index < options.silent && !stealth) tcp.set(random.pick(SILENT), "silent");
  if (options.hostile && index === 0) for (const [port, name] of HOSTILE) tcp.set(port, name);
  const udp = new Map(planUdp(stealth, options, random));
  const holed = !stealth && (tcpClosed === "drop" || tcpClosed === "reject-icmp");
  const holes = holed ? random.shuffle(HOLES.filter((port) => !tcp.has(port))).slice(0, options.holes) : [];
  /** @type {Record<string, string>} */
  const services = {};
  for (const [port, name] of sorted(tcp))
    services[`${port}/tcp`] = options.quick ? "ssh" : machine.tls || name !== "https" ? name : "http";
  for (const [port, name] of sorted(udp)) services[`${port}/udp`] = name;
  const identifiedAs = Object.fromEntries(
    Object.entries(services).map(([port, name]) => [
      port,
      IDENTIFIED[name] === undefined ? name : IDENTIFIED[name],
    ]),
  );
  return {
    address: `${PREFIX4}.${octet}`,
    ipv6: options.ipv6 ? `${PREFIX6}::${octet.toString(16)}` : null,
    kind: planned.kind,
    answersPing: planned.answersPing ?? true,
    stealth,
    rejectWith,
    tcp: { open: sorted(tcp).map(([port]) => port), closed: tcpClosed, holes: holes.sort((a, b) => a - b) },
    udp: {
      open: sorted(udp).map(([port]) => port),
      closed: tcpClosed === "drop" ? "drop" : rejectWith === "admin-prohibited" ? "prohibited" : "unreach",
    },
    services,
    identifiedAs,
    rstLimit: options.rstLimit,
    icmpLimit: options.icmpLimit,
  };
}

/**
 * At least one service is on a common port, so that discovery finds hosts that answer no ping.
 *
 * @param {boolean} stealth
 * @param {LabOptions} options
 * @param {ReturnType<typeof randomFrom>} random
 * @returns {(readonly [number, string])[]}
 */
function planTcp(stealth, options, random) {
  if (stealth) return [random.pick(ODD)];
  const count = options.services ?? random.between(3, 7);
  const common = random.shuffle(COMMON);
  const first = common.slice(0, Math.min(count, 1));
  const rest = random.shuffle([...common.slice(1), ...FURTHER]).slice(0, Math.max(0, count - 1));
  const used = new Set([...first, ...rest].map(([port]) => port));
  const beyond = range(1, count - used.size).map((step) => /** @type {const} */ ([20_000 + step, "http"]));
  const rare = random.shuffle(RARE).slice(0, options.rare);
  return [...first, ...rest, ...beyond, ...rare];
}

/**
 * @param {boolean} stealth
 * @param {LabOptions} options
 * @param {ReturnType<typeof randomFrom>} random
 * @returns {(readonly [number, string])[]}
 */
function planUdp(stealth, options, random) {
  if (stealth) return [];
  return random.shuffle(UDP).slice(0, options.udp ?? random.between(0, 3));
}

/** @param {Map<number, string>} ports */
function sorted(ports) {
  return [...ports].sort(([a], [b]) => a - b);
}

/** Whole numbers from `low` to `high`, both included; none when `high < low`. @param {number} low @param {number} high */
function range(low, high) {
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => low + index);
}
