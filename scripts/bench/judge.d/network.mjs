/**
 * The network that the bench judges: hosts in 40 networks of /24, each with open ports, most of them as the profile has
 * it; a profile of groups by network, block, tag, name and address; exceptions, a third of them ended; an asset list.
 * The same numbers give the same network.
 */
import { parseAddress } from "../../../dist/scope/address.js";
import { portSetOf, portSetOfRanges } from "../../../dist/scope/portSet.js";

const DAY = 86_400_000;
export const START = Date.UTC(2026, 2, 9, 2, 30);
export const VANTAGES = ["bastion", "office"];

const NETWORKS = 40;
const ROLES = ["web", "db", "mail", "app", "dns", "print", "build", "watch"];
/** Ports that each role has, and ports that turn up anywhere. */
const USUAL = {
  web: [80, 443, 8080],
  db: [5432, 3306, 1521],
  mail: [25, 143, 993],
  app: [8443, 9000, 9443],
  dns: [53, 853],
  print: [515, 631, 9100],
  build: [2375, 5000, 8081],
  watch: [3000, 9090, 9093],
};
const COMMON = [22, 111, 123, 199, 5666, 9100, 10050, 10051];
const STRAY = [
  21, 23, 135, 139, 445, 873, 2049, 3389, 5900, 6379, 6443, 7001, 8000, 8888, 9200, 11211, 27017,
];
const SERVICES = { 22: "ssh", 80: "http", 443: "https", 25: "smtp", 5432: "postgresql", 3306: "mysql" };

/** A small generator of numbers in [0, 1) (mulberry32): the bench must not differ from run to run. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The `index`-th host's address: 250 a network. */
export function addressOf(index) {
  return `10.${20 + Math.floor(index / 250 / 256)}.${Math.floor(index / 250) % 256}.${1 + (index % 250)}`;
}

const roleOf = (index) => ROLES[Math.floor(index / 31) % ROLES.length];
const pick = (random, list) => list[Math.floor(random() * list.length)];

/** YAML of the profile. The groups come to `groups`, whatever their kinds. */
export function profileText({ hosts, groups, exceptions }) {
  const random = seeded(1);
  const lines = ["version: 1", "vantages: {bastion: the bastion, office: the office}", "networks:"];
  for (let n = 0; n < NETWORKS; n++)
    lines.push(`  net${n}: [${addressOf(n * 250).replace(/\.\d+$/, ".0/24")}]`);
  lines.push("defaults: {due: {critical: 2d, high: 7d, medium: 30d}, confirm_runs: 2}", "hosts:");
  for (let n = 0; n < 300; n++) {
    const [a, b] = [addressOf(n * 7), addressOf(hosts / 2 + n * 7)];
    lines.push(
      `  pair${n}: {addresses: [${a}, ${b}], owner: team${n % 9}, system: system${n % 30}, tags: [paired]}`,
    );
  }
  lines.push("groups:");
  lines.push("  - {id: everyone, owner: ops, required: [22/tcp], allowed: [123/udp, 10050/tcp]}");
  const entries = (role) => {
    const [first, ...more] = USUAL[role];
    const expected = SERVICES[first] === undefined ? "" : `, service: ${SERVICES[first]}`;
    return `required: [{port: ${first}/tcp${expected}, from: [bastion]}], allowed: [${more.map((port) => `{port: ${port}/tcp, closed_from: [office]}`).join(", ")}]`;
  };
  let made = 1;
  for (let n = 0; n < NETWORKS && made < groups; n++, made++) {
    lines.push(
      `  - {id: net${n}, match: {network: net${n}}, owner: team${n % 9}, allowed: [111/tcp, 199/tcp, 5666/tcp, 9100/tcp, 10051/tcp, 9000-9049/tcp], forbidden: [{port: 23/tcp, severity: critical}]}`,
    );
  }
  for (const role of ROLES) {
    lines.push(`  - {id: role-${role}, match: {tags: [${role}]}, owner: ${role}-team, ${entries(role)}}`);
    made++;
  }
  for (let n = 0; n < 300 && made < groups; n++, made++) {
    const from = addressOf(Math.floor((n * hosts) / 300)).split(".");
    from[3] = String(Number(from[3]) & 240);
    lines.push(
      `  - {id: block${n}, match: {address: ${from.join(".")}/28}, severity: low, allowed: [${9000 + (n % 40)}-${9010 + (n % 40)}/tcp]}`,
    );
  }
  for (let n = 0; made < groups; n++, made++) {
    const index = Math.floor(random() * hosts);
    const match =
      n % 5 === 0
        ? `{name: h${index}.example}`
        : n % 5 === 1
          ? `{tags: [rack${n % 97}], network: net${n % NETWORKS}}`
          : `{address: [${addressOf(index)}, ${addressOf((index + 1) % hosts)}]}`;
    const base = n % 3 === 0 ? `, extends: net${Math.floor(index / 250) % NETWORKS}` : "";
    lines.push(
      `  - {id: host${n}, match: ${match}, owner: owner${n % 60}${base}, allowed: [${pick(random, STRAY)}/tcp, ${pick(random, COMMON)}/tcp], required: [${pick(random, USUAL[roleOf(index)])}/tcp]}`,
    );
  }
  lines.push("exceptions:");
  for (let n = 0; n < exceptions; n++) {
    const index = Math.floor(random() * hosts);
    const match =
      n % 10 === 0
        ? `{network: net${n % NETWORKS}}`
        : n % 10 === 1
          ? `{tags: [rack${n % 97}]}`
          : n % 10 === 2
            ? `{host: h${index}.example}`
            : `{address: ${addressOf(index)}}`;
    const ports = n % 7 === 0 ? "8000-8010/tcp" : `${pick(random, STRAY)}/tcp, ${pick(random, STRAY)}/tcp`;
    const expires = n % 3 === 0 ? "2026-02-28" : n % 11 === 0 ? "2026-03-15" : "2026-12-31";
    lines.push(
      `  - {id: EXC-${n}, match: ${match}, ports: [${ports}], owner: owner${n % 60}, reason: agreed, ticket: CHG-${n}, expires: ${expires}}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

/** What the names that the profile asks for resolve to. */
export function namesOf(hosts, wanted) {
  return new Map(
    wanted.flatMap((name) => {
      const index = Number(/^h([0-9]+)\.example$/.exec(name)?.[1] ?? hosts);
      return index < hosts ? [[name, [parseAddress(addressOf(index))]]] : [];
    }),
  );
}

/** A row for each host: its role and its rack are its tags. */
export function assetsOf(hosts) {
  return Array.from({ length: hosts }, (_, index) => ({
    id: `srv-${index}`,
    addresses: [parseAddress(addressOf(index))],
    names: [],
    owner: index % 20 === 0 ? null : `owner${index % 60}`,
    system: `system${index % 30}`,
    tags: [roleOf(index), `rack${index % 97}`],
    realm: null,
  }));
}

/** What a run showed of the hosts from `first` on: open ports with a history, and the rest of the first 1000 closed. */
export function viewOf({ count, ports }) {
  const run = {
    id: 1,
    source: "live",
    audit: null,
    vantage: "bastion",
    realm: "default",
    operator: "bench",
    startedAt: START,
    endedAt: START + 3_600_000,
    outcome: "complete",
    why: null,
    method: "raw",
    ports: "T:1-1000",
    targets: ["10.20.0.0/16"],
    exclusions: [],
    addressCount: count,
    rate: 500,
    nmapVersion: "7.93",
    sources: [],
    profileHash: null,
    warnings: [],
    coverage: 1,
    cellsDue: 1,
    cellsCovered: 1,
  };
  const random = seeded(2);
  const hosts = Array.from({ length: count }, (_, index) => hostOf(run, index, ports, random));
  return { run, hosts, silentCount: 0, changes: [] };
}

function hostOf(run, index, count, random) {
  const address = parseAddress(addressOf(index));
  const role = roleOf(index);
  const wanted = new Set([...USUAL[role], ...COMMON]);
  // Now and then something that must be there is not, and something is there that should not be.
  for (const port of USUAL[role]) if (random() < 0.02) wanted.delete(port);
  while (random() < 0.5) wanted.add(pick(random, STRAY));
  while (wanted.size < count) wanted.add(9000 + Math.floor(random() * 50));
  const open = [...wanted].slice(0, count).sort((a, b) => a - b);
  const rows = open.map((port) => rowOf(run, address, port, index, random));
  const own = portSetOf(rows);
  const rest = [];
  let from = 1;
  for (const port of [...open.filter((each) => each <= 1000), 1001]) {
    if (port > from) rest.push([from, port - 1]);
    from = port + 1;
  }
  const quiet = [
    { state: "closed", reason: "reset", proof: "closed", ports: portSetOfRanges({ tcp: rest }) },
  ];
  return {
    address,
    presence: "alive",
    aliveReason: "echo-reply",
    aliveSince: START - 300 * DAY,
    lastAlive: START,
    mac: null,
    vendor: null,
    names: [],
    local: false,
    ports: rows,
    quiet,
    covered: portSetOfRanges({ tcp: [...own.tcp, [1, 1000], [8000, 9500]], udp: own.udp }),
    holes: [],
    holesUnjudged: "everything resets",
  };
}

function rowOf(run, address, port, index, random) {
  const name = SERVICES[port];
  const wrong = random() < 0.01;
  return {
    address,
    protocol: port === 123 ? "udp" : "tcp",
    port,
    state: "open",
    reason: port === 123 ? "udp-response" : "syn-ack",
    proof: "open",
    service: name === undefined ? null : serviceOf(wrong ? "http" : name),
    vantage: run.vantage,
    realm: run.realm,
    run: run.id,
    firstSeen: START - Math.floor(random() * 200) * DAY,
    lastSeen: START,
    lastCovered: START,
    confidence: index % 50 === 49 && random() < 0.05 ? "tarpit" : "confirmed",
    covered: random() > 0.005,
  };
}

/** The store hands out one object for equal services, too. */
const services = new Map();

function serviceOf(name) {
  let service = services.get(name);
  if (service === undefined) {
    service = {
      name: name === "https" ? "http" : name,
      product: null,
      version: null,
      extraInfo: null,
      tunnel: name === "https" ? "ssl" : null,
      method: "probed",
      confidence: 10,
      hostname: null,
      osType: null,
      deviceType: null,
      cpes: [],
    };
    services.set(name, service);
  }
  return service;
}
