/** The nouns of this room: a profile as it is judged by, every name in it resolved. */
import type { Address } from "../facts/address.js";
import type { FindingRule, ProfileLine, Severity } from "../facts/finding.js";
import type { PortSet } from "../facts/port.js";
import type { ProfileText } from "../facts/profileText.js";
import type { Network } from "../scope/network.js";

/** The owner that is none: what it stands beside permits nothing. */
export const UNREVIEWED = "unreviewed";

export const LISTS = ["forbidden", "required", "allowed"] as const;
/** The list of a group that an entry stands in; the order is who wins a tie. */
export type List = (typeof LISTS)[number];

export interface NamedNetwork {
  /** As the profile calls it: a name out of `networks`, or the CIDR itself. */
  readonly name: string;
  readonly cidrs: readonly Network[];
  readonly except: readonly Network[];
}

/** Which hosts: the keys that stand there must all match, one of each list does. Null: the key does not stand there. */
export interface Match {
  readonly networks: readonly NamedNetwork[] | null;
  readonly addresses: readonly Network[] | null;
  /** Lower case, without a last dot. */
  readonly names: readonly string[] | null;
  /** `host`: names (lower case) and single addresses, either of which names the host. */
  readonly hosts: { readonly names: readonly string[]; readonly addresses: readonly Network[] } | null;
  readonly tags: readonly string[] | null;
  /** Realms; no part of how exactly a host is named. */
  readonly realms: readonly string[] | null;
}

export interface Entry {
  readonly list: List;
  /** The ports as the profile writes them, for messages: `22/tcp`, `web`. */
  readonly text: string;
  readonly ports: PortSet;
  /** How many ports it lists. The narrower entry is the more specific one. */
  readonly width: number;
  readonly service: string | null;
  readonly product: string | null;
  readonly version: string | null;
  /** The vantages from which it holds; elsewhere a required or allowed port may not be open. Null: everywhere. */
  readonly from: readonly string[] | null;
  /** The vantages from which the port must not be open. */
  readonly closedFrom: readonly string[];
  readonly owner: string | null;
  /** Its owner is `unreviewed`, by itself or by its group. */
  readonly unreviewed: boolean;
  readonly reason: string | null;
  readonly severity: Severity | null;
  readonly line: ProfileLine;
  /** The group, or `template web`, it is written in. */
  readonly writtenIn: string;
  /** 0 in that group itself, 1 in one that extends it or takes it as a template, … */
  readonly depth: number;
}

export interface Group {
  readonly id: string;
  readonly line: ProfileLine;
  readonly match: Match;
  readonly extends: string | null;
  readonly templates: readonly string[];
  /** Its own, else that of the group it extends. */
  readonly owner: string | null;
  readonly severity: Severity | null;
  /** Own and inherited entries, the one that wins within the group first. */
  readonly entries: readonly Entry[];
}

/** A host with a name: several addresses that are one machine. */
export interface ProfileHost {
  /** Lower case. */
  readonly name: string;
  readonly addresses: readonly Address[];
  /** Its addresses as seen from a vantage (behind NAT), by the vantage's name. */
  readonly seenAs: ReadonlyMap<string, readonly Address[]>;
  /** The realms it exists in; null: any. */
  readonly realms: readonly string[] | null;
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  readonly line: ProfileLine;
}

/** Findings that somebody answers for, until a day. */
export interface Exception {
  readonly id: string;
  readonly match: Match;
  /** Null: it is about the host itself (`rules` names host rules then). */
  readonly ports: PortSet | null;
  /** The ports as written; "" without. */
  readonly text: string;
  /** The rules it is for; null: every rule about a port that answers (`PORT_RULES`). */
  readonly rules: readonly FindingRule[] | null;
  /** The vantages it is for; null: any. */
  readonly from: readonly string[] | null;
  readonly owner: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly approvedBy: string | null;
  /** The last day it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly line: ProfileLine;
}

/** What an exception without `rules` accepts. */
export const PORT_RULES: readonly FindingRule[] = [
  "unexpected-open",
  "forbidden-open",
  "wrong-service",
  "vantage-violation",
  "firewall-hole",
  "unconfirmed",
];

export interface Vantage {
  readonly name: string;
  readonly description: string | null;
  readonly line: ProfileLine;
}

export type Unlisted = "forbidden" | "review" | "allowed";

export interface Defaults {
  readonly unlisted: Unlisted;
  /** Where `unlisted` is written, null where it is not. */
  readonly unlistedLine: ProfileLine | null;
  readonly severity: Readonly<Partial<Record<FindingRule | "high_risk", Severity>>>;
  readonly highRisk: readonly HighRisk[];
  /** Days in which a finding of a severity should be settled. */
  readonly dueDays: Readonly<Partial<Record<Severity, number>>>;
  /** Covering runs in which silence must be believed before a finding is `silenced`. */
  readonly confirmRuns: 1 | 2;
}

export interface HighRisk {
  readonly ports: PortSet;
  readonly text: string;
  /** Null for the built-in list. */
  readonly line: ProfileLine | null;
}

export interface Profile {
  /** The first of `files`. */
  readonly file: string;
  /** The file itself and everything it includes; with them alone the profile can be read again. */
  readonly files: readonly ProfileText[];
  readonly defaults: Defaults;
  readonly vantages: readonly Vantage[];
  readonly hosts: readonly ProfileHost[];
  readonly groups: readonly Group[];
  readonly exceptions: readonly Exception[];
}
