import { BUILT_IN_HIGH_RISK } from "./highRisk.js";
import { readPorts, readPortTexts, type ServicePorts } from "./portList.js";
import type { Defaults, HighRisk } from "./profile.js";
import type { Reading } from "./reading.js";
import type { ProfileFile } from "./schema.js";

/** Reads `defaults`; what is not written there is portreeve's own default. */
export function readDefaults(
  written: ProfileFile["defaults"],
  services: ServicePorts,
  reading: Reading,
): Defaults {
  return {
    unlisted: written?.unlisted ?? "forbidden",
    unlistedLine: written?.unlisted === undefined ? null : reading.lineOf(["defaults", "unlisted"]),
    severity: written?.severity ?? {},
    highRisk:
      written?.high_risk === undefined
        ? builtInHighRisk()
        : readHighRisk(written.high_risk, services, reading),
  };
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
    if (read.ports === null) reading.complain(path, read.wrong);
    else list.push({ text, ports: read.ports, line: reading.lineOf(path) });
  });
  return list;
}
