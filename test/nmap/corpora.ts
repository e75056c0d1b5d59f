/** The files that third parties' tools really wrote, and what is known of them; outside of the repository. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const corpora = process.env.PORTREEVE_CORPORA ?? join(import.meta.dirname, "../../../shared/corpora");
/** Why they cannot be tested against; null where they can. */
export const absent = existsSync(join(corpora, "truth.jsonl")) ? null : `${corpora} is absent`;

/** billion_laugh.xml defines entities; an independent parser that expands them reads it. */
export const refusedForCause: ReadonlySet<string> = new Set([
  "savon-noir__python-libnmap/libnmap/test/files/billion_laugh.xml",
]);

export interface Truth {
  file: string;
  kind: string;
  well_formed: boolean;
  root: string;
  hosts_complete: number;
  version: string | null;
  args: string | null;
  up: number;
  down: number;
  timedout: string[];
  limits: string[];
  leading_junk_bytes?: number;
  finished: { exit: string | null; errormsg: string | null } | null;
  runstats_hosts: { up: number; down: number; total: number } | null;
  hosts: {
    addr: string[];
    mac: string[];
    hostnames: [string, string][];
    status: string;
    timedout: boolean;
    ports: [string, number, string, string | null, string | null][];
    extraports: [string, number][];
    os: number;
    scripts: number;
  }[];
}

export interface Cut {
  file: string;
  bytes: number;
  well_formed: boolean;
  hosts_complete: number;
  addrs: string[];
}

/** Of the nmap files; empty where the corpora are absent. */
export const truths: readonly Truth[] = lines<Truth>("truth.jsonl").filter(
  (truth) => truth.kind === "nmap-xml",
);
export const cuts: readonly Cut[] = lines<Cut>("truth_cuts.jsonl");

export function readCorpus(file: string): Buffer {
  return readFileSync(join(corpora, file));
}

function lines<T>(name: string): T[] {
  if (absent !== null) return [];
  const text = readFileSync(join(corpora, name), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
