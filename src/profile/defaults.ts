import type { FindingRule, Severity } from "../facts/finding.js";
import { BUILT_IN_HIGH_RISK } from "./highRisk.js";
import type { Part } from "./include.js";
import { readPorts, readPortTexts, type ServicePorts } from "./portList.js";
import { namePlace } from "./problem.js";
import type { Defaults, HighRisk } from "./profile.js";
import type { Reading } from "./reading.js";
import type { ProfileContent } from "./schema.js";
import { SEVERITY_ALIASES } from "./schemaDefaults.js";

type DefaultsFile = NonNullable<ProfileContent["defaults"]>;

/** What holds in a profile that says nothing of it. */
const NOTHING_SAID: Omit<Defaults, "highRisk"> = {
  unlisted: "forbidden",
  unlistedLine: null,
  severity: {},
  dueDays: {},
  confirmRuns: 2,
};

/** Reads `defaults`, which stand in one file; what is not written there is portreeve's own default. */
export function readDefaults(parts: readonly Part[], services: ServicePorts): Defaults {
  const [first, ...more] = parts.filter(({ content }) => content.defaults != null);
  const written = first?.content.defaults ?? null;
  if (first === undefined || written === null) return { ...NOTHING_SAID, highRisk: builtInHighRisk() };
  for (const { reading } of more) {
    const place = namePlace(first.reading.lineOfKey(["defaults"]));
    reading.complainOfKey(["defaults"], `\`defaults\` stand in one file only, and are in ${place} already`);
  }
  const { reading } = first;
  return {
    unlisted: written.unlisted ?? NOTHING_SAID.unlisted,
    unlistedLine: written.unlisted === undefined ? null : reading.lineOf(["defaults", "unlisted"]),
    severity: readSeverities(written.severity ?? {}),
    highRisk:
      written.high_risk === undefined
        ? builtInHighRisk()
        : readHighRisk(written.high_risk, services, reading),
    dueDays: readDueDays(written.due ?? {}),
    confirmRuns: written.confirm_runs ?? NOTHING_SAID.confirmRuns,
  };
}

/** The table by rule; what a word for several says, their own words override. */
function readSeverities(written: NonNullable<DefaultsFile["severity"]>): Defaults["severity"] {
  const severities: Partial<Record<FindingRule | "high_risk", Severity>> = {};
  const { unlisted, missing, ...byRule } = written;
  if (unlisted !== undefined) for (const rule of SEVERITY_ALIASES.unlisted) severities[rule] = unlisted;
  if (missing !== undefined) for (const rule of SEVERITY_ALIASES.missing) severities[rule] = missing;
  return { ...severities, ...byRule };
}

function readDueDays(written: NonNullable<DefaultsFile["due"]>): Defaults["dueDays"] {
  return Object.fromEntries(
    Object.entries(written).map(([severity, days]) => [
      severity,
      typeof days === "number" ? days : countDays(days),
    ]),
  );
}

/** `7d` is 7, `2w` is 14. */
function countDays(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith("w") ? 7 : 1);
}

/** The built-in list, as it counts where no profile replaces it. */
export function builtInHighRisk(): readonly HighRisk[] {
  return BUILT_IN_HIGH_RISK.map((text) => ({ text, ports: readPortTexts([text]), line: null }));
}

function readHighRisk(
  texts: readonly string[],
  services: ServicePorts,
  reading: Reading,
): readonly HighRisk[] {
  const list: HighRisk[] = [];
  texts.forEach((text, index) => {
    const path = ["defaults", "high_risk", index];
    const read = readPorts(text, services);
    if (read.ports === null) reading.complain(path, () => read.wrong);
    else list.push({ text, ports: read.ports, line: reading.lineOf(path) });
  });
  return list;
}
