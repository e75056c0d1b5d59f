import type { FindingRule } from "../facts/finding.js";
import { explainDay, isDay } from "./day.js";
import { gatherById, gatherItems, type Placed } from "./definitions.js";
import { readOwner, readPortList } from "./entry.js";
import { readMatch } from "./groupMatch.js";
import type { Named } from "./groups.js";
import type { Part } from "./include.js";
import { type Exception, UNREVIEWED } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { ExceptionFile } from "./schema.js";
import { readFrom } from "./vantages.js";
import type { YamlPath } from "./yamlFile.js";

/** Rules about a host and none of its ports. */
const HOST_RULES: readonly FindingRule[] = ["host-unknown", "host-missing"];
/** Rules about exceptions: no exception helps against them. */
const EXCEPTION_RULES: readonly FindingRule[] = ["exception-expired", "exception-unused"];

/** Reads `exceptions` of all files. */
export function readExceptions(parts: readonly Part[], named: Named): readonly Exception[] {
  const placed = gatherById(gatherItems(parts, "exceptions"), "exception");
  return [...placed.values()].map((exception) => readException(exception, named));
}

function readException(
  { value: written, path, reading }: Placed<ExceptionFile>,
  { networks, services, vantages }: Named,
): Exception {
  if (Object.keys(written.match).length === 0) {
    reading.complain([...path, "match"], "`match` is empty: an exception says for which hosts it is");
  }
  if (!isDay(written.expires)) reading.complain([...path, "expires"], explainDay(written.expires));
  const owner = readOwner(written.owner, [...path, "owner"], reading);
  if (owner === UNREVIEWED) {
    reading.complain([...path, "owner"], "an exception is somebody's word: name its owner");
  }
  checkRules(written, path, reading);
  const ports = written.ports;
  return {
    id: written.id,
    match: readMatch(written.match, [...path, "match"], networks, reading),
    ports: ports === undefined ? null : readPortList(ports, [...path, "ports"], services, reading),
    text: [ports ?? []].flat().join(", "),
    rules: written.rules === undefined ? null : [...new Set([written.rules].flat())],
    from: readFrom(written.from, [...path, "from"], vantages, reading),
    owner: written.owner,
    reason: written.reason,
    ticket: written.ticket ?? null,
    approvedBy: written.approved_by ?? null,
    expires: written.expires,
    line: reading.lineOf([...path, "id"]),
  };
}

/** Which rules may stand depends on whether the exception is about ports or about the host itself. */
function checkRules({ rules, ports }: ExceptionFile, path: YamlPath, reading: Reading): void {
  if (rules === undefined) {
    if (ports === undefined) {
      reading.complain(
        path,
        "an exception says for which `ports` it is; one about the host itself has `rules: [host-missing]` or `[host-unknown]`",
      );
    }
    return;
  }
  for (const { item: rule, path: at } of listWithPaths(rules, [...path, "rules"])) {
    if (EXCEPTION_RULES.includes(rule)) {
      reading.complain(at, `\`${rule}\` is about exceptions: no exception accepts it`);
    } else if (ports === undefined && !HOST_RULES.includes(rule)) {
      reading.complain(at, `\`${rule}\` is about ports: say which under \`ports\``);
    }
  }
  if (ports !== undefined && [rules].flat().every((rule) => HOST_RULES.includes(rule))) {
    reading.complain([...path, "ports"], "`rules` names rules about the host only: leave `ports` out");
  }
}
