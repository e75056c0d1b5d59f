/** The configuration as the rest of portreeve uses it: every path absolute, every duration in milliseconds. */
import { resolve } from "node:path";
import type { Cap } from "../facts/cap.js";
import { PortreeveError } from "../facts/error.js";
import type { Severity } from "../facts/finding.js";
import { parseNetwork } from "../scope/network.js";
import { quoteText } from "../scope/quoteText.js";
import { parseDuration } from "./duration.js";
import type { ConfigFile, Language, PaceName, SettingsFile } from "./schema.js";
import { parseWindow, type Window } from "./window.js";

/** What may be set for every audit and again for one of them; null is "not said". */
export interface Settings {
  readonly vantage: string | null;
  readonly realm: string | null;
  readonly profile: string | null;
  readonly pace: PaceName | null;
  /** Packets a second over all processes; lifts the cap for each host. */
  readonly rate: number | null;
  readonly hostRate: number | null;
  readonly caps: readonly Cap[];
  readonly window: Window | null;
  /** Milliseconds that a run may probe. */
  readonly probeFor: number | null;
  readonly maxAddresses: number | null;
  /** Targets in nmap's syntax that are never scanned. */
  readonly exclude: readonly string[];
  readonly excludeFiles: readonly string[];
  /** nmap's port syntax, unread: names need the service table. */
  readonly ports: string | null;
  readonly topPorts: number | null;
  readonly udp: boolean | null;
  /** Milliseconds. */
  readonly maxAge: number | null;
  /** Share of 1. */
  readonly minCoverage: number | null;
  readonly failOn: Severity | null;
}

export interface AuditEntry extends Settings {
  readonly targets: readonly string[];
  readonly targetsFile: string | null;
}

export interface Config {
  /** The file it was read from; null where there is none and everything is default. */
  readonly source: string | null;
  readonly database: string | null;
  /** IANA name. */
  readonly timeZone: string;
  readonly lang: Language | null;
  readonly nmap: string | null;
  /** Networks that may be scanned; null allows all. */
  readonly allow: readonly string[] | null;
  /** For how long raw XML is kept, ms. */
  readonly keepXml: number;
  readonly identifyFragilePorts: boolean;
  readonly settings: Settings;
  readonly audits: ReadonlyMap<string, AuditEntry>;
}

export interface Folders {
  /** The folder of the configuration file: what its relative paths start from. */
  readonly base: string;
  /** What `~` stands for; null where it is not known. */
  readonly home: string | null;
}

/** Thirteen months: the same month of last year can still be looked at. */
const KEEP_XML = 396 * 86_400_000;

/** The zone of the system (TZ, /etc/localtime), UTC where the system names none. */
export function systemTimeZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    // With TZ set but empty the system names a zone that Intl itself refuses.
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone || "UTC";
  } catch {
    return "UTC";
  }
}

/** The checked file in portreeve's own terms. Throws `usage` for a `~` where no home is known. */
export function settleConfig(file: ConfigFile, source: string | null, folders: Folders): Config {
  const path = (text: string | undefined) => (text === undefined ? null : expandPath(text, folders));
  return {
    source,
    database: path(file.database),
    timeZone: file.time_zone ?? systemTimeZone(),
    lang: file.lang ?? null,
    nmap: path(file.nmap),
    allow: file.allow ?? null,
    keepXml: file.keep_xml === undefined ? KEEP_XML : parseDuration(file.keep_xml),
    identifyFragilePorts: file.identify_fragile_ports ?? false,
    settings: settle(file, folders),
    audits: new Map(
      Object.entries(file.audits ?? {}).map(([name, audit]) => [
        name,
        { ...settle(audit, folders), targets: audit.targets ?? [], targetsFile: path(audit.targets_file) },
      ]),
    ),
  };
}

function settle(file: SettingsFile | ConfigFile, folders: Folders): Settings {
  const excludeFile = file.exclude_file ?? [];
  return {
    vantage: file.vantage ?? null,
    realm: file.realm ?? null,
    profile: file.profile === undefined ? null : expandPath(file.profile, folders),
    pace: file.pace ?? null,
    rate: file.rate ?? null,
    hostRate: file.host_rate ?? null,
    caps: lowestCaps(
      Object.entries(file.caps ?? {}).map(([text, rate]) => ({ network: parseNetwork(text).text, rate })),
    ),
    window: file.window === undefined ? null : parseWindow(file.window),
    probeFor: file.for === undefined ? null : parseDuration(file.for),
    maxAddresses: file.max_addresses ?? null,
    exclude: file.exclude ?? [],
    excludeFiles: (typeof excludeFile === "string" ? [excludeFile] : excludeFile).map((text) =>
      expandPath(text, folders),
    ),
    ports: file.ports === undefined ? null : String(file.ports),
    topPorts: file.top_ports ?? null,
    udp: file.udp ?? null,
    maxAge: file.max_age === undefined ? null : parseDuration(file.max_age),
    minCoverage: file.min_coverage ?? null,
    failOn: file.fail_on ?? null,
  };
}

/** One cap a network: of several the lowest. */
export function lowestCaps(caps: readonly Cap[]): readonly Cap[] {
  const lowest = new Map<string, Cap>();
  for (const cap of caps) {
    const known = lowest.get(cap.network);
    if (known === undefined || cap.rate < known.rate) lowest.set(cap.network, cap);
  }
  return [...lowest.values()];
}

/** `~` and `~/x` from the home, everything else from the configuration's folder. */
function expandPath(text: string, { base, home }: Folders): string {
  if (text !== "~" && !text.startsWith("~/")) return resolve(base, text);
  if (home === null) {
    throw new PortreeveError("usage", `${quoteText(text)}: your home folder is not known.`, {
      hint: "Write the path without `~`, or set HOME.",
    });
  }
  return resolve(home, `.${text.slice(1)}`);
}
