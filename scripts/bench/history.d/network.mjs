/** The network of the benchmark: hosts, what weekly runs say of them, the same for the same seed. */

export const WEEK = 7 * 86_400_000;
export const FIRST = Date.parse("2021-01-04T02:00:00Z");

const ALL_PORTS = [[1, 65535]];
const TOP_PORTS = [
  [1, 1000],
  [1433, 1433],
  [1521, 1521],
  [3306, 3306],
  [3389, 3389],
  [5432, 5432],
  [6379, 6379],
  [8000, 9000],
  [27017, 27017],
];
const PRODUCTS = [
  "nginx",
  "OpenSSH",
  "Apache httpd",
  "MySQL",
  "Postfix smtpd",
  "Dovecot imapd",
  "vsftpd",
  "Redis",
];

/** mulberry32: small, and good enough to spread changes. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function makeService(product, version) {
  return {
    name: product.split(" ")[0].toLowerCase(),
    product,
    version: `1.${version}`,
    extraInfo: null,
    tunnel: null,
    method: "probed",
    confidence: 10,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
  };
}

/** What is there: each host with the open ports and the versions behind them. */
export function makeNetwork({ hosts, ports, seed = 1 }) {
  const random = randomOf(seed);
  return {
    random,
    hosts: Array.from({ length: hosts }, (_, index) => {
      const wide = index % 10 === 9;
      const open = new Map();
      while (open.size < ports) open.set(pickPort(random, wide), Math.floor(random() * 20));
      return { address: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`, wide, open };
    }),
  };
}

function pickPort(random, wide) {
  if (wide && random() < 0.3) return 10_000 + Math.floor(random() * 50_000);
  return random() < 0.02 ? 3306 : 1 + Math.floor(random() * 1000);
}

/** A week goes by: a hundredth of the open ports close, and as many open elsewhere or change their version. */
export function passWeek(network, share = 0.01) {
  const { random, hosts } = network;
  const ports = hosts.reduce((sum, { open }) => sum + open.size, 0);
  for (let change = 0; change < ports * share; change++) {
    const host = hosts[Math.floor(random() * hosts.length)];
    const list = [...host.open.keys()];
    const port = list[Math.floor(random() * list.length)];
    const dice = random();
    if (dice < 0.4 && list.length > 5) host.open.delete(port);
    else if (dice < 0.8) host.open.set(pickPort(random, host.wide), Math.floor(random() * 20));
    else host.open.set(port, (host.open.get(port) ?? 0) + 1);
  }
}

const covered = new Map();
const setOf = (ranges) => ({ tcp: ranges, udp: [], sctp: [] });

/** The ranges of what is covered and not open. */
function withoutPorts(ranges, ports) {
  const out = [];
  const sorted = [...ports].sort((a, b) => a - b);
  for (const [from, to] of ranges) {
    let next = from;
    for (const port of sorted) {
      if (port < next || port > to) continue;
      if (port > next) out.push([next, port - 1]);
      next = port + 1;
    }
    if (next <= to) out.push([next, to]);
  }
  return out;
}

/** What a run says: half a percent of the hosts is not reached, and a run of every thirty breaks off half way. */
export function* observe(network, run, { services = true } = {}) {
  const random = randomOf(1000 + run);
  const isPartial = run > 0 && random() < 0.03;
  const reached = isPartial
    ? Math.floor(network.hosts.length * (0.3 + random() * 0.5))
    : network.hosts.length;
  for (const host of network.hosts.slice(0, reached)) {
    if (random() < 0.005) continue;
    yield observationOf(host, services);
  }
}

export function observationOf(host, services = true) {
  const ranges = host.wide ? ALL_PORTS : TOP_PORTS;
  covered.set(ranges, covered.get(ranges) ?? setOf(ranges));
  const inside = (port) => ranges.some(([from, to]) => port >= from && port <= to);
  const cells = [...host.open]
    .filter(([port]) => inside(port))
    .sort(([a], [b]) => a - b)
    .map(([port, version]) => ({
      protocol: "tcp",
      port,
      state: "open",
      reason: "syn-ack",
      proof: "open",
      ttl: 64,
      service: services ? makeService(PRODUCTS[port % PRODUCTS.length], version) : null,
      scripts: [],
      confidence: "imported",
    }));
  const rest = withoutPorts(
    ranges,
    cells.map(({ port }) => port),
  );
  return {
    address: host.address,
    presence: "alive",
    aliveReason: "echo-reply",
    mac: null,
    vendor: null,
    names: [],
    cells,
    quiet: [{ state: "closed", reason: "reset", proof: "closed", ports: setOf(rest) }],
    covered: covered.get(ranges),
    grade: "full",
    holes: [],
    holesUnjudged: null,
  };
}
