import type { Cap } from "../facts/cap.js";
import { PortreeveError } from "../facts/error.js";
import type { Severity } from "../facts/finding.js";
import { quoteText } from "../scope/quoteText.js";
import { type AuditEntry, type Config, lowestCaps, type Settings } from "./config.js";
import { didYouMean } from "./nearWord.js";
import type { PaceName } from "./schema.js";
import type { Window } from "./window.js";

/** Everything a run needs to know from the configuration; command-line flags go over it. */
export interface Audit {
  /** Null: no named audit, the settings of the top level alone. */
  readonly name: string | null;
  readonly targets: readonly string[];
  readonly targetsFile: string | null;
  readonly exclude: readonly string[];
  readonly excludeFiles: readonly string[];
  readonly ports: string | null;
  readonly topPorts: number | null;
  readonly udp: boolean;
  readonly vantage: string;
  readonly realm: string;
  readonly profile: string | null;
  readonly pace: PaceName;
  /** Set: an explicit rate, which rules over `pace` and lifts the host cap unless `hostRate` says one. */
  readonly rate: number | null;
  readonly hostRate: number | null;
  /** They hold whatever the pace or the rate is. */
  readonly caps: readonly Cap[];
  /** When a run may probe; null: always. */
  readonly window: Window | null;
  /** Milliseconds that a run may probe; null: as long as it takes. */
  readonly probeFor: number | null;
  readonly maxAddresses: number;
  /** Milliseconds. */
  readonly maxAge: number;
  readonly minCoverage: number;
  readonly failOn: Severity | null;
}

const DEFAULTS = {
  vantage: "bastion",
  realm: "default",
  pace: "steady",
  maxAddresses: 4096,
  maxAge: 30 * 86_400_000,
  minCoverage: 0.99,
} as const satisfies Partial<Audit>;

const NO_TARGETS = { targets: [], targetsFile: null };

/**
 * The audit `name` (with or without its `@`), laid over the top level of the configuration; with null the top
 * level alone. What an audit says wins, but exclusions and caps add up: an audit never lifts one. Throws `usage` with the
 * nearest name for an audit that is not there.
 */
export function resolveAudit(config: Config, name: string | null): Audit {
  const own = name === null ? null : findAudit(config, name.replace(/^@/, ""));
  const above = config.settings;
  const below: Partial<Settings> = own?.entry ?? {};
  const pick = <K extends keyof Settings>(key: K): Settings[K] => below[key] ?? above[key];
  // `ports` and `top_ports` rule each other out, so both come from the level that says either.
  const asking = (below.ports ?? below.topPorts ?? null) === null ? above : below;
  const { targets, targetsFile } = own?.entry ?? NO_TARGETS;

  return {
    name: own?.name ?? null,
    targets,
    targetsFile,
    exclude: [...new Set([...above.exclude, ...(below.exclude ?? [])])],
    excludeFiles: [...new Set([...above.excludeFiles, ...(below.excludeFiles ?? [])])],
    ports: asking.ports ?? null,
    topPorts: asking.topPorts ?? null,
    udp: pick("udp") ?? false,
    vantage: pick("vantage") ?? DEFAULTS.vantage,
    realm: pick("realm") ?? DEFAULTS.realm,
    profile: pick("profile"),
    pace: pick("pace") ?? DEFAULTS.pace,
    // A pace of the audit's own is not undone by a rate that the top level has for the others.
    rate: below.rate ?? (below.pace ? null : above.rate),
    hostRate: below.hostRate ?? (below.pace || below.rate ? null : above.hostRate),
    caps: lowestCaps([...above.caps, ...(below.caps ?? [])]),
    window: pick("window"),
    probeFor: pick("probeFor"),
    maxAddresses: pick("maxAddresses") ?? DEFAULTS.maxAddresses,
    maxAge: pick("maxAge") ?? DEFAULTS.maxAge,
    minCoverage: pick("minCoverage") ?? DEFAULTS.minCoverage,
    failOn: pick("failOn"),
  };
}

function findAudit(config: Config, name: string): { name: string; entry: AuditEntry } {
  const entry = config.audits.get(name);
  if (entry !== undefined) return { name, entry };
  const names = [...config.audits.keys()];
  const where =
    config.source === null ? "there is no portreeve.yaml" : `${config.source} has none of that name`;
  throw new PortreeveError("usage", `Unknown audit ${quoteText(name)}: ${where}${didYouMean(name, names)}`, {
    hint:
      names.length === 0
        ? "Name the targets on the command line, or write the audit under `audits:` in portreeve.yaml."
        : `Audits here: ${names.map((known) => `@${known}`).join(" ")}`,
  });
}
