/** A judged run for programs. Times are RFC 3339 in UTC, shares of 1, what is not known is null. */
import type { Address } from "../facts/address.js";
import type { Identity } from "../facts/asset.js";
import type { JudgedPort } from "../facts/finding.js";
import type { Run } from "../facts/run.js";
import type { ChangeRow, HostView } from "../facts/view.js";
import { findingJson } from "./findingRows.js";
import { observationJson } from "./observations.js";
import type { ReportData } from "./reportData.js";
import { recallJson, silencedJson } from "./runFigures.js";
import { toRfc3339 } from "./time.js";

export const SCHEMA_VERSION = 1;

/** design.md's change row. */
export function changeJson(change: ChangeRow) {
  const { run, address, protocol, port, kind, before, after, vantage, operator } = change;
  return {
    run,
    timeFrom: change.timeFrom === null ? null : toRfc3339(change.timeFrom),
    timeTo: toRfc3339(change.timeTo),
    address,
    protocol,
    port,
    kind,
    before,
    after,
    vantage,
    operator,
  };
}

/** A run as the store keeps it, times for programs. */
export function runJson(run: Run) {
  return {
    ...run,
    startedAt: toRfc3339(run.startedAt),
    endedAt: run.endedAt === null ? null : toRfc3339(run.endedAt),
    silenced: run.silenced.map(silencedJson),
  };
}

/** `portreeve report --format json`. Print it with `jsonText`. */
export function renderJson(data: ReportData) {
  const { view, judgement } = data;
  const { run } = view;
  const withAnswerer = <T extends { readonly address: Address }>(row: T) => ({
    ...row,
    ...answererJson(data.identityOf?.(row.address) ?? null),
  });
  const judged = new Map(judgement.ports.map((port) => [cellKey(port.row), port]));
  return {
    schemaVersion: SCHEMA_VERSION,
    run: runJson(run),
    audit: data.audit,
    profile: data.profile,
    database: data.database,
    coverage: {
      share: run.coverage,
      cellsDue: run.cellsDue,
      cellsCovered: run.cellsCovered,
      silentAddresses: view.silentCount,
    },
    recall: recallJson(data.recall),
    silenced: run.silenced.map(silencedJson),
    disbelieved: run.disbelieved,
    changes: view.changes
      .filter(({ kind }) => kind !== "first-seen")
      .map((row) => withAnswerer(changeJson(row))),
    firstSeen: view.changes
      .filter(({ kind }) => kind === "first-seen")
      .map((row) => withAnswerer(changeJson(row))),
    findings: judgement.findings.map(findingJson),
    settled: judgement.settled.map(findingJson),
    hosts: view.hosts.map((host) => withAnswerer(hostJson(host))),
    ports: view.hosts.flatMap((host) => host.ports.map((row) => portJson(row, judged.get(cellKey(row))))),
    notes: judgement.notes,
  };
}

/** `portreeve scan --format json` (design.md), and what the run settled, whom it silenced, what it does not believe. Print it with `jsonText`. */
export function scanSummary(data: ReportData) {
  const { run } = data.view;
  return {
    schemaVersion: SCHEMA_VERSION,
    run: run.id,
    outcome: run.outcome,
    coverage: run.coverage,
    recall: recallJson(data.recall),
    findings: data.judgement.findings.map(findingJson),
    settled: data.judgement.settled.map(findingJson),
    silenced: run.silenced.map(silencedJson),
    disbelieved: run.disbelieved,
  };
}

/** Who a host is; its ports are rows of their own. */
export function hostJson(host: HostView) {
  const { address, presence, aliveReason, aliveSince, lastAlive, mac, vendor, names, local, holesUnjudged } =
    host;
  return {
    address,
    presence,
    aliveReason,
    aliveSince: aliveSince === null ? null : toRfc3339(aliveSince),
    lastAlive: lastAlive === null ? null : toRfc3339(lastAlive),
    mac,
    vendor,
    names,
    local,
    holesUnjudged,
  };
}

/** Who answers for a host. */
function answererJson(identity: Identity | null) {
  const { name = null, owner = null, system = null, tags = [] } = identity ?? {};
  return { host: name, owner, system, tags };
}

/** An observation row, with what this run and the profile have to say of it. */
function portJson(row: HostView["ports"][number], judged: JudgedPort | undefined) {
  return {
    ...observationJson({ ...row, owner: judged?.owner ?? null }),
    covered: row.covered,
    verdict: judged?.verdict ?? null,
    why: judged?.why ?? null,
    host: judged?.hostName ?? null,
    system: judged?.system ?? null,
    tags: judged?.tags ?? [],
  };
}

function cellKey({ address, protocol, port }: HostView["ports"][number]): string {
  return `${address} ${protocol} ${port}`;
}
