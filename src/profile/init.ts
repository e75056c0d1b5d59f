/**
 * A starting profile from what a run saw. It must not bless today's mess: every entry is `unreviewed`, so it
 * permits nothing until somebody puts their name there. What came from the network is hostile text: names of
 * services are taken only where they look like one, and banners stand in comments, as printable ASCII on one line.
 */
import type { Address } from "../facts/address.js";
import { PROTOCOLS } from "../facts/port.js";
import type { HostView, RunView } from "../facts/view.js";
import { compareAddresses, familyOf } from "../scope/address.js";
import { segmentOf } from "../scope/network.js";
import { formatPort } from "../scope/port.js";
import { hasPort } from "../scope/portSet.js";
import { builtInHighRisk } from "./defaults.js";
import { UNREVIEWED } from "./profile.js";

type Row = HostView["ports"][number];

interface Cluster {
  readonly segment: string;
  readonly hosts: HostView[];
  readonly rows: readonly Row[];
}

/** YAML text of a starting profile: hosts of one segment with the same open ports are a group. */
export function initProfile(view: RunView): string {
  const clusters = clusterHosts(view.hosts);
  const taken = new Set<string>();
  const groups = clusters.map((cluster) => renderGroup(cluster, takeId(nameCluster(cluster), taken)));
  const body = groups.length === 0 ? "groups: []\n" : `groups:\n${groups.join("\n")}`;
  return `${renderHeader(view)}\nversion: 1\n\n${EXAMPLES}\n${body}`;
}

function renderHeader({ run }: RunView): string {
  return [
    `# A starting profile, written by portreeve from run ${run.id} (${plainComment(run.vantage)}, ${new Date(run.startedAt).toISOString()}).`,
    "#",
    "# It permits nothing yet. Each entry below is a port that was open on that day, whether anybody wants it or not.",
    `# As long as its owner is \`${UNREVIEWED}\` the port stays a finding. Go through the entries:`,
    "#   - the port is wanted: write who answers for it in place of the word, `owner: web-team`;",
    "#   - it must always be open: move the entry under `required:`;",
    "#   - it is not wanted: delete the entry, or move it under `forbidden:`, and have it closed.",
    "# `portreeve profile lint` counts what is left; `portreeve profile explain HOST` shows what applies and why.",
    "",
  ].join("\n");
}

const EXAMPLES = `# Examples, to take over as they are needed (docs/profile.md tells the whole language):
#
# vantages:
#   bastion: in the server network
#   internet: from outside
# networks:
#   servers: [10.20.0.0/22]
# services:
#   web: [80/tcp, 443/tcp]
# groups:
#   - id: web-servers
#     match: { network: servers, name: [www.example.org] }
#     owner: web-team
#     required: [web, { port: 22/tcp, service: ssh, owner: platform, from: bastion }]
#     allowed: [{ port: 9100/tcp, reason: metrics, closed_from: internet }]
#     forbidden: [telnet, 3306/tcp]
# exceptions:
#   - id: EXC-2026-001
#     match: { host: app07.example.org }
#     ports: [8080/tcp]
#     owner: app-team
#     reason: console of the vendor, until it is moved
#     expires: 2026-12-31
`;

/** Hosts with an answer, by segment and by the set of their open ports; in the order of addresses. */
function clusterHosts(hosts: readonly HostView[]): readonly Cluster[] {
  const clusters = new Map<string, Cluster>();
  const alive = hosts.filter(({ presence }) => presence === "alive");
  for (const host of alive.toSorted((a, b) => compareAddresses(a.address, b.address))) {
    const rows = openRows(host);
    const segment = segmentOf(host.address);
    const key = `${segment} ${rows.map(formatPort).join(",")}`;
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, { segment, hosts: [host], rows });
    else cluster.hosts.push(host);
  }
  return [...clusters.values()];
}

/** What was open in this run, without what answers for everybody. */
function openRows({ ports }: HostView): readonly Row[] {
  return ports
    .filter(
      ({ covered, state, confidence }) =>
        covered && state === "open" && confidence !== "tarpit" && confidence !== "middlebox",
    )
    .toSorted((a, b) => PROTOCOLS.indexOf(a.protocol) - PROTOCOLS.indexOf(b.protocol) || a.port - b.port);
}

/** What a host is likely there for, by the ports that tell it; the first that fits. */
const ROLES: readonly {
  readonly role: string;
  readonly ports: readonly number[];
  readonly services: RegExp;
}[] = [
  { role: "directory", ports: [88, 389, 636], services: /^(ldap|kerberos)/ },
  {
    role: "db",
    ports: [1433, 1521, 3306, 5432, 6379, 27017],
    services: /^(mysql|postgresql|ms-sql|oracle|redis|mongod)/,
  },
  { role: "mail", ports: [25, 143, 465, 587, 993], services: /^(smtp|imap|pop3)/ },
  { role: "printer", ports: [515, 631, 9100], services: /^(ipp|printer|jetdirect)/ },
  { role: "web", ports: [80, 443, 8080, 8443], services: /^https?/ },
  { role: "dns", ports: [53], services: /^domain/ },
  { role: "files", ports: [21, 139, 445, 2049], services: /^(ftp|microsoft-ds|netbios|nfs)/ },
  { role: "ssh", ports: [22], services: /^ssh/ },
];

function nameCluster({ segment, rows }: Cluster): string {
  const network = segment.replace(/\/\d+$/, "");
  const place = network.includes(":")
    ? network.replace(/:+$/, "").replaceAll(/:+/g, "-") || "0"
    : network.replace(/\.0$/, "").replaceAll(".", "-");
  if (rows.length === 0) return `quiet-${place}`;
  const role = ROLES.find(({ ports, services }) =>
    rows.some(({ port, service }) =>
      service?.method === "probed" ? services.test(service.name) : ports.includes(port),
    ),
  );
  const [first] = rows;
  return `${role?.role ?? (first === undefined ? "hosts" : `port-${first.port}`)}-${place}`;
}

function takeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count++) id = `${wanted}-${count}`;
  taken.add(id);
  return id;
}

function renderGroup({ hosts, rows }: Cluster, id: string): string {
  const lines = [`  - id: ${id}`, "    match:", "      address:"];
  for (const host of hosts) lines.push(`        - ${quoteAddress(host.address)}${commentHost(host)}`);
  if (rows.length === 0) lines.push("    # No open port was seen on these hosts.", "    allowed: []");
  else lines.push("    allowed:", ...rows.map(renderEntry));
  return `${lines.join("\n")}\n`;
}

/** `2001:db8::` would end in a colon, which is a key to YAML. */
function quoteAddress(address: Address): string {
  return familyOf(address) === 6 ? `"${address}"` : address;
}

function commentHost({ names, local }: HostView): string {
  const told = [
    ...(local ? ["the bastion itself"] : []),
    ...names.slice(0, 2).map((name) => plainComment(name)),
  ];
  return told.length === 0 ? "" : `  # ${told.join(", ")}`;
}

function renderEntry(row: Row): string {
  const name = expectableService(row);
  const service = name === null ? "" : `, service: ${name}`;
  const notes = [describeProduct(row), noteGuess(row), noteRisk(row)].filter((note) => note !== "");
  const comment = notes.length === 0 ? "" : `  # ${notes.join("; ")}`;
  return `      - { port: ${formatPort(row)}${service}, owner: ${UNREVIEWED} }${comment}`;
}

/** Probes that tell of no service: nmap's words for "the port opens and says nothing". */
const NO_SERVICE = new Set(["unknown", "tcpwrapped"]);

/** The name to expect there, where a probe identified it and it reads like a name nmap gives; else null. */
function expectableService({ service }: Row): string | null {
  if (service === null || service.method !== "probed" || NO_SERVICE.has(service.name)) return null;
  // `null` and `true` would be no text to YAML.
  if (!/^(?!(?:null|true|false)$)[a-zA-Z][a-zA-Z0-9_.-]{0,40}$/i.test(service.name)) return null;
  return service.tunnel === "ssl" ? `ssl/${service.name}` : service.name;
}

function describeProduct({ service }: Row): string {
  return plainComment(
    [service?.product, service?.version].filter((text) => text != null && text !== "").join(" "),
  );
}

function noteGuess({ service }: Row): string {
  return service?.method === "table" ? `${plainComment(service.name)} by its number` : "";
}

const HIGH_RISK = builtInHighRisk();

function noteRisk({ protocol, port }: Row): string {
  return HIGH_RISK.some(({ ports }) => hasPort(ports, protocol, port)) ? "high-risk port" : "";
}

/** Text from the network as a comment may hold it: printable ASCII, one line, 60 characters. */
function plainComment(text: string): string {
  const plain = text
    .replace(/[^\x20-\x7e]+/g, "?")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}
