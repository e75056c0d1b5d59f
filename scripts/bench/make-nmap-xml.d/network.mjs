/** A network out of numbers: which ports of which host are open in which week, and what is behind them. */

/** Port, name in nmap-services, product, versions from old to new, vendor and product of the CPE. */
const SERVICES = [
  [22, "ssh", "OpenSSH", ["7.4", "8.4p1 Debian 5+deb11u3", "9.2p1 Debian 2+deb12u2"], "openbsd:openssh"],
  [80, "http", "nginx", ["1.14.0", "1.18.0", "1.22.1"], "igor_sysoev:nginx"],
  [443, "https", "nginx", ["1.14.0", "1.18.0", "1.22.1"], "igor_sysoev:nginx"],
  [25, "smtp", "Postfix smtpd", [""], "postfix:postfix"],
  [3306, "mysql", "MySQL", ["5.7.38", "8.0.32", "8.0.36"], "mysql:mysql"],
  [8080, "http-proxy", "Apache Tomcat", ["8.5.32", "9.0.70"], "apache:tomcat"],
  [5432, "postgresql", "PostgreSQL DB", ["9.6.0 or later", "13.4"], "postgresql:postgresql"],
  [6379, "redis", "Redis key-value store", ["5.0.7", "6.2.6", "7.0.8"], "redislabs:redis"],
  [139, "netbios-ssn", "Samba smbd", ["4.6.2"], "samba:samba"],
  [445, "microsoft-ds", "Samba smbd", ["4.6.2"], "samba:samba"],
  [111, "rpcbind", "", ["2-4"], ""],
  [3389, "ms-wbt-server", "Microsoft Terminal Services", [""], "microsoft:terminal_services"],
];
const OTHER = ["unknown", "irc", "snet-sensor-mgmt", "sun-answerbook", "abyss", "upnp"];

/** A number in [0, 1) that depends on its arguments alone (murmur3's mixing). */
export function chance(...numbers) {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ (number | 0), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 0x1_0000_0000;
}

/** The ports asked, ascending. */
export function askedPorts(asked) {
  if (asked === "all") return Array.from({ length: 65_535 }, (_, index) => index + 1);
  const wanted = asked === "fast" ? 100 : 1000;
  const ports = new Set(SERVICES.map(([port]) => port));
  // nmap's list is dense below 1024 and thin above.
  for (let n = 0; ports.size < wanted; n++) {
    ports.add(1 + Math.floor((n % 3 === 0 ? 1024 : 65_535) * chance(7, n) ** (n % 2 === 0 ? 1 : 3)));
  }
  return [...ports].sort((a, b) => a - b);
}

/** The open ports of a host in a week, ascending: `{port, name, product, version, cpe}`. */
export function openPorts(options, asked, host) {
  const { seed, ports, week, change } = options;
  const count = Math.min(asked.length, Math.round(ports * (0.5 + chance(seed, host, 1))));
  const open = new Map();
  const taken = new Set();
  // As many again wait closed: so that as many open as close, each at half the rate.
  for (let slot = 0; slot < count * 2; slot++) {
    let changes = 0;
    for (let w = 1; w <= week; w++) if (chance(seed, host, slot, w, 2) < change / 2) changes++;
    const port = count >= asked.length ? asked[slot] : portOfSlot(seed, asked, host, slot, taken);
    taken.add(port);
    if (port === undefined || slot >= count !== (changes % 2 === 1)) continue;
    open.set(port, serviceOf(port, chance(seed, host, slot, 3), changes >> 1));
  }
  return [...open.values()].sort((a, b) => a.port - b.port);
}

/** Half of them at the usual ports; each port once. */
function portOfSlot(seed, asked, host, slot, taken) {
  const luck = chance(seed, host, slot, 4);
  const usual = SERVICES[Math.floor(luck * 2 * SERVICES.length)]?.[0];
  if (usual !== undefined && !taken.has(usual)) return usual;
  let index = Math.floor(chance(seed, host, slot, 5) * asked.length);
  for (let tries = 0; taken.has(asked[index]) && tries < asked.length; tries++)
    index = (index + 1) % asked.length;
  return asked[index];
}

function serviceOf(port, luck, changes) {
  const known = SERVICES.find(([number]) => number === port);
  const [, name, product, versions, cpe] =
    known ??
    (luck < 0.3 ? SERVICES[port % SERVICES.length] : [port, OTHER[port % OTHER.length], "", [""], ""]);
  const version = versions[(Math.floor(luck * 97) + changes) % versions.length];
  return { port, name, product, version, cpe };
}
