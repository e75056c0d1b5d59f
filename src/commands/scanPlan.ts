/** From flags and configuration to all that a run needs to know before its first packet. */
import { readFileSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { type Audit, resolveAudit } from "../config/audit.js";
import type { Config } from "../config/config.js";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { PortSet } from "../facts/port.js";
import type { Method } from "../facts/run.js";
import { findNmap, nmapVersion } from "../nmap/locate.js";
import { type Privilege, probePrivilege } from "../nmap/privilege.js";
import { readServiceTable } from "../nmap/serviceTable.js";
import { readUdpServices } from "../nmap/udpServices.js";
import { isLoopback } from "../scope/address.js";
import { type AddressSet, emptyAddressSet, listAddresses, unionAddresses } from "../scope/addressSet.js";
import { countPorts, emptyPortSet } from "../scope/portSet.js";
import { parsePorts } from "../scope/portSpec.js";
import { buildScope, type Scope } from "../scope/scope.js";
import { parseTarget, type Target } from "../scope/target.js";
import { parseExclusions, parseTargetList } from "../scope/targetList.js";
import { topPorts } from "../scope/topPorts.js";
import { type Budget, budgetFor, type Pace } from "../sweep/pace.js";
import { type Hours, hoursOf } from "./hours.js";
import { findRoutes, ownAddresses, type Routes } from "./localAddresses.js";
import { isTooLarge, narrowToNeighbours, readNeighbours } from "./neighbours.js";
import { resolveNames } from "./resolveNames.js";

/** The default: nmap's 1000 most used TCP ports. */
const DEFAULT_TOP_PORTS = 1000;

export interface ScanFlags {
  readonly ports?: string;
  readonly topPorts?: number;
  readonly udp?: boolean;
  readonly targetsFile?: string;
  readonly exclude?: readonly string[];
  readonly excludeFile?: readonly string[];
  readonly skipDiscovery?: boolean;
  readonly connect?: boolean;
  readonly rate?: number;
  readonly pace?: Pace;
  readonly vantage?: string;
  readonly realm?: string;
  readonly yesLarge?: boolean;
  readonly maxAddresses?: number;
  readonly window?: string;
  readonly for?: number;
}

export interface ScanPlan {
  readonly audit: Audit;
  readonly scope: Scope;
  /** Every address of the scope, ascending. */
  readonly addresses: readonly Address[];
  readonly targets: readonly string[];
  readonly exclusions: readonly string[];
  readonly ports: PortSet;
  readonly method: Method;
  readonly privilege: Privilege;
  readonly budget: Budget;
  readonly pace: Pace | null;
  readonly vantage: string;
  readonly realm: string;
  readonly nmap: { readonly binary: string; readonly version: string };
  readonly routes: Routes;
  /** When it may probe; null: it takes as long as it takes. */
  readonly hours: Hours | null;
  /** Not all of them are asked. */
  readonly likely: PortSet;
  /** UDP ports for which nmap knows the words of a service. */
  readonly udpServices: PortSet;
  readonly isLocal: (address: Address) => boolean;
  readonly skipDiscovery: boolean;
  /** Said before the first packet: connect instead of SYN, UDP left out, state tables, no route. */
  readonly notes: readonly string[];
}

/**
 * Reads, resolves and checks everything. No packet is sent to a target.
 * @throws PortreeveError `usage` for what the user can mend, `failed` for what is missing on this machine
 */
export async function planScan(
  words: readonly string[],
  flags: ScanFlags,
  config: Config,
  /** Of a run that is gone on with: its scope as it was resolved then. */
  resumed: { readonly audit: Audit; readonly targets: readonly Target[] } | null = null,
): Promise<ScanPlan> {
  const { audit, targets: named } = resumed ?? auditOf(words, config);
  const asked = resumed === null ? [...named, ...readTargets(audit, flags, words)] : named;
  const { targets, notes: narrowed } = narrowToNeighbours(
    asked,
    asked.some(isTooLarge) ? await readNeighbours() : [],
  );
  const exclusions = readExclusions(audit, flags);
  const names = [...targets, ...exclusions].filter((t) => t.kind === "name").map((t) => t.text);
  const scope = buildScope({
    targets,
    exclusions,
    allowed: allowedOf(config),
    resolved: await resolveNames(names),
  });
  refuseLarge(scope, flags, audit);
  const binary = await findNmap(config.nmap ?? undefined);
  const version = await nmapVersion(binary);
  const privilege = probePrivilege();
  const method: Method = flags.connect ? "connect" : privilege.method;
  const askedPorts = await portsOf(flags, audit, binary);
  const { ports, notes } = fitToMethod(askedPorts, method, privilege, flags);
  const budget = budgetFor(paceOf(flags, audit));
  const addresses = [...listAddresses(scope.addresses)];
  const own = ownAddresses();
  const isLocal = (address: Address) => isLoopback(address) || own.has(address);
  const routes = await findRoutes(addresses);
  return {
    audit,
    scope,
    addresses,
    targets: targets.map((t) => t.text),
    exclusions: exclusions.map((t) => t.text),
    ports,
    hours: hoursOf(flags, audit, config.timeZone),
    likely: topPorts(LIKELY_PORTS, ["tcp", "udp"], await readServiceTable(binary)),
    udpServices: countPorts(ports, "udp") > 0 ? await readUdpServices(binary) : emptyPortSet,
    method,
    privilege,
    budget,
    pace: (flags.rate ?? audit.rate) ? null : (flags.pace ?? audit.pace),
    vantage: flags.vantage ?? audit.vantage,
    realm: flags.realm ?? audit.realm,
    nmap: { binary, version },
    routes,
    isLocal,
    skipDiscovery: flags.skipDiscovery ?? false,
    notes: [...narrowed, ...notes, ...routeNotes(routes), ...rateNotes(budget, addresses, isLocal)],
  };
}

function auditOf(words: readonly string[], config: Config): { audit: Audit; targets: Target[] } {
  const named = words.filter((word) => word.startsWith("@"));
  if (named.length > 1) {
    throw new PortreeveError("usage", `one audit a run, not ${named.length}: ${named.join(" ")}`, {
      hint: "run portreeve scan once for each of them",
    });
  }
  const audit = resolveAudit(config, named[0] ?? null);
  return { audit, targets: audit.targets.map(parseTarget) };
}

function readTargets(audit: Audit, flags: ScanFlags, words: readonly string[]): Target[] {
  const typed = words.filter((word) => !word.startsWith("@")).map(parseTarget);
  const files = [audit.targetsFile, flags.targetsFile].filter((file) => file !== null && file !== undefined);
  return [...typed, ...files.flatMap((file) => parseTargetList(readListFile(file, "target"), file))];
}

function readExclusions(audit: Audit, flags: ScanFlags): Target[] {
  const files = [...audit.excludeFiles, ...(flags.excludeFile ?? [])];
  return [
    ...audit.exclude.map(parseTarget),
    ...(flags.exclude ?? []).flatMap(parseExclusions),
    ...files.flatMap((file) => parseTargetList(readListFile(file, "exclusion"), file, { allowEmpty: true })),
  ];
}

/** An exclusion file that cannot be read stops the run: somebody meant those addresses to be left alone. */
function readListFile(file: string, kind: "target" | "exclusion"): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    throw new PortreeveError("usage", `the ${kind} file ${file} cannot be read: ${whyOf(cause)}`, {
      hint: kind === "exclusion" ? "nothing was scanned: exclusions always win" : "nothing was scanned",
      cause,
    });
  }
}

function whyOf(cause: unknown): string {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "permission denied";
  if (code === "EISDIR") return "it is a folder";
  return cause instanceof Error ? cause.message : String(cause);
}

function allowedOf(config: Config): AddressSet | null {
  if (config.allow === null) return null;
  let allowed = emptyAddressSet;
  for (const text of config.allow) {
    const target = parseTarget(text);
    if (target.kind === "set") allowed = unionAddresses(allowed, target.addresses);
  }
  return allowed;
}

function refuseLarge(scope: Scope, flags: ScanFlags, audit: Audit): void {
  const most = flags.maxAddresses ?? audit.maxAddresses;
  if (scope.count <= most || flags.yesLarge) return;
  throw new PortreeveError("usage", `${scope.count} addresses are more than ${most}`, {
    hint: "add --yes-large if you mean it, or set max_addresses in portreeve.yaml; --dry-run shows the plan",
  });
}

/** Of a large port set those are asked first that nmap's survey found open most often. */
const LIKELY_PORTS = 1000;

async function portsOf(flags: ScanFlags, audit: Audit, binary: string): Promise<PortSet> {
  const services = await readServiceTable(binary);
  const udp = flags.udp ?? audit.udp;
  if (flags.ports !== undefined && flags.topPorts !== undefined) {
    throw new PortreeveError("usage", "-p and --top-ports rule each other out", { hint: "give one of them" });
  }
  const said = flags.ports !== undefined || flags.topPorts !== undefined;
  const spec = said ? flags.ports : audit.ports;
  if (spec !== undefined && spec !== null) return parsePorts(spec, { services, udp });
  const top = (said ? flags.topPorts : audit.topPorts) ?? DEFAULT_TOP_PORTS;
  return topPorts(top, udp ? ["tcp", "udp"] : ["tcp"], services);
}

/** Without raw packets UDP cannot be swept: asked for by name it is refused, never dropped in silence. */
function fitToMethod(
  ports: PortSet,
  method: Method,
  privilege: Privilege,
  flags: ScanFlags,
): { ports: PortSet; notes: string[] } {
  if (method === "raw") return { ports, notes: [] };
  if (countPorts(ports, "udp") > 0) {
    throw new PortreeveError("usage", `UDP cannot be scanned by connect(): ${privilege.why}`, {
      hint: privilege.mend ?? "leave the UDP ports out, or leave --connect out",
    });
  }
  const why = flags.connect ? "--connect was asked for" : privilege.why;
  const note =
    `TCP by connect() instead of SYN (${why}): a refusal may be a filter's, so nothing is called closed, ` +
    "firewall holes are not judged, and UDP is not covered";
  return { ports: { ...emptyPortSet, tcp: ports.tcp }, notes: [note] };
}

function paceOf(flags: ScanFlags, audit: Audit) {
  const pace = flags.pace ?? audit.pace;
  // A pace typed here is not undone by a rate in the configuration.
  const rate = flags.rate ?? (flags.pace === undefined ? audit.rate : null);
  return {
    pace,
    rate,
    hostRate: flags.rate === undefined && flags.pace === undefined ? audit.hostRate : null,
    caps: audit.caps,
    machine: { cores: availableParallelism(), freeBytes: freemem() },
  };
}

function routeNotes(routes: Routes): string[] {
  const [first] = routes.unreachable;
  if (first === undefined) return [];
  const more = routes.unreachable.length > 1 ? ` and ${routes.unreachable.length - 1} more networks` : "";
  return [`this machine has no route to ${first}${more}: nothing there can answer`];
}

const STATE_TABLE_RATE = 2000;

function rateNotes(
  budget: Budget,
  addresses: readonly Address[],
  isLocal: (a: Address) => boolean,
): string[] {
  if (budget.rate <= STATE_TABLE_RATE || addresses.every(isLocal)) return [];
  return [
    `${budget.rate} packets a second: a firewall on the way keeps a state for each unanswered probe; ` +
      "a common table holds 262,144",
  ];
}
