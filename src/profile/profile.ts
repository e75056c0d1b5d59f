/** The nouns of this room: a profile as it is judged by, every name in it resolved. */
import type { FindingRule, ProfileLine, Severity } from "../facts/finding.js";
import type { PortSet } from "../facts/port.js";
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
  readonly tags: readonly string[] | null;
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
  readonly owner: string | null;
  /** Its owner is `unreviewed`, by itself or by its group. */
  readonly unreviewed: boolean;
  readonly reason: string | null;
  readonly severity: Severity | null;
  readonly line: ProfileLine;
  /** The group it is written in. */
  readonly writtenIn: string;
  /** 0 in that group itself, 1 in one that extends it, … */
  readonly depth: number;
}

export interface Group {
  readonly id: string;
  readonly line: ProfileLine;
  readonly match: Match;
  readonly extends: string | null;
  /** Its own, else that of the group it extends. */
  readonly owner: string | null;
  readonly severity: Severity | null;
  /** Own and inherited entries, the one that wins within the group first. */
  readonly entries: readonly Entry[];
}

export type Unlisted = "forbidden" | "review" | "allowed";

export interface Defaults {
  readonly unlisted: Unlisted;
  /** Where `unlisted` is written, null where it is not. */
  readonly unlistedLine: ProfileLine | null;
  readonly severity: Readonly<Partial<Record<FindingRule | "high_risk", Severity>>>;
  readonly highRisk: readonly HighRisk[];
}

export interface HighRisk {
  readonly ports: PortSet;
  readonly text: string;
  /** Null for the built-in list. */
  readonly line: ProfileLine | null;
}

export interface Profile {
  readonly file: string;
  readonly text: string;
  readonly defaults: Defaults;
  readonly groups: readonly Group[];
}
