/** From the element tree of nmap's XML to `NmapDocument`. What does not fit is left out, with a note. */
import { instantOf } from "./attributeValues.js";
import type { NmapDocument, NmapFinish, ScanInfo } from "./document.js";
import { attributeOf, childrenOf, type ElementTree, numberOf } from "./elementTree.js";
import { mapHost } from "./mapHost.js";
import { mapScripts } from "./mapPort.js";
import { parsePortRanges } from "./portRanges.js";

/** Maps the `<nmaprun>` element; appends to `notes` what had to be left out. */
export function mapDocument(run: ElementTree, notes: string[]): NmapDocument {
  const stats = childrenOf(run, "runstats")[0];
  return {
    scanner: attributeOf(run, "scanner") ?? "",
    args: attributeOf(run, "args") ?? "",
    version: attributeOf(run, "version") ?? "",
    profileName: attributeOf(run, "profile_name"),
    startedAt: instantOf(run, "start"),
    scanInfo: childrenOf(run, "scaninfo").map(mapScanInfo),
    hosts: childrenOf(run, "host").flatMap((host) => mapHost(host, notes) ?? []),
    skippedTargets: childrenOf(run, "target")
      .filter((target) => attributeOf(target, "status") === "skipped")
      .map((target) => ({
        specification: attributeOf(target, "specification") ?? "",
        reason: attributeOf(target, "reason") ?? "",
      })),
    preScripts: childrenOf(run, "prescript").flatMap(mapScripts),
    postScripts: childrenOf(run, "postscript").flatMap(mapScripts),
    finished: stats ? mapFinish(stats) : null,
    counts: stats ? mapCounts(stats) : null,
  };
}

function mapScanInfo(info: ElementTree): ScanInfo {
  const protocol = attributeOf(info, "protocol") ?? "";
  return {
    type: attributeOf(info, "type") ?? "",
    protocol,
    count: numberOf(info, "numservices") ?? 0,
    ports: parsePortRanges(attributeOf(info, "services") ?? "", protocol),
  };
}

function mapFinish(stats: ElementTree): NmapFinish | null {
  const finished = childrenOf(stats, "finished")[0];
  if (!finished) return null;
  const exit = attributeOf(finished, "exit");
  return {
    at: instantOf(finished, "time"),
    elapsed: numberOf(finished, "elapsed"),
    exit: exit === "success" || exit === "error" ? exit : null,
    errorMessage: attributeOf(finished, "errormsg"),
    summary: attributeOf(finished, "summary"),
  };
}

function mapCounts(stats: ElementTree): NmapDocument["counts"] {
  const hosts = childrenOf(stats, "hosts")[0];
  if (!hosts) return null;
  return {
    up: numberOf(hosts, "up") ?? 0,
    down: numberOf(hosts, "down") ?? 0,
    total: numberOf(hosts, "total") ?? 0,
  };
}
