import type { Address } from "../facts/address.js";
import type { Finding } from "../facts/finding.js";
import { PROTOCOLS } from "../facts/port.js";
import { compareAddresses } from "../scope/address.js";

/** What becomes of a run's findings when it is judged by another profile. Each list by address, protocol, port, rule. */
export interface FindingComparison {
  /** Only the second judging has them. */
  readonly opened: readonly Finding[];
  /** Only the first judging has them. */
  readonly settled: readonly Finding[];
  /** Both have them, and something that people act on differs. */
  readonly changed: readonly { readonly before: Finding; readonly after: Finding }[];
  /** How many are the same in both. */
  readonly same: number;
  /** Every host of the lists once, in order. */
  readonly hosts: readonly Address[];
}

/**
 * Compares two judgings of one run, finding by finding (by fingerprint). A difference is one of severity, status,
 * owner, due date, or of the day until which an exception holds; where the profile says it (file and line) and how
 * the evidence is worded make none.
 */
export function compareFindings(before: readonly Finding[], after: readonly Finding[]): FindingComparison {
  const was = new Map(before.map((finding) => [finding.fingerprint, finding]));
  const is = new Map(after.map((finding) => [finding.fingerprint, finding]));
  const opened = [...is.values()].filter(({ fingerprint }) => !was.has(fingerprint));
  const settled = [...was.values()].filter(({ fingerprint }) => !is.has(fingerprint));
  const both = [...is.values()].flatMap((finding) => {
    const earlier = was.get(finding.fingerprint);
    return earlier === undefined ? [] : [{ before: earlier, after: finding }];
  });
  const changed = both.filter(({ before: a, after: b }) => differs(a, b));
  const hosts = [
    ...new Set([...opened, ...settled, ...changed.map((pair) => pair.after)].map((f) => f.address)),
  ];
  return {
    opened: opened.sort(compareByPlace),
    settled: settled.sort(compareByPlace),
    changed: changed.sort((a, b) => compareByPlace(a.after, b.after)),
    same: both.length - changed.length,
    hosts: hosts.sort(compareAddresses),
  };
}

function differs(a: Finding, b: Finding): boolean {
  return (
    a.severity !== b.severity ||
    a.status !== b.status ||
    a.owner !== b.owner ||
    a.due !== b.due ||
    a.exception?.expires !== b.exception?.expires
  );
}

/** What is said of a whole host comes before what is said of its ports. */
function compareByPlace(a: Finding, b: Finding): number {
  return (
    compareAddresses(a.address, b.address) ||
    protocolRank(a) - protocolRank(b) ||
    (a.port ?? -1) - (b.port ?? -1) ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}

function protocolRank({ protocol }: Finding): number {
  return protocol === null ? -1 : PROTOCOLS.indexOf(protocol);
}
