import type { Address } from "./address.js";
import type { Instant } from "./run.js";

/** A row of an asset list: one host and who answers for it. Texts may be hostile: escape them where they are shown. */
export interface Asset {
  /** As the list calls it; the key by which several rows are one host. */
  readonly id: string | null;
  /** Every address of it, inside ones first; never empty. */
  readonly addresses: readonly Address[];
  /** Host names, lower case. They are names for the profile's `match.name` and `match.host`, too. */
  readonly names: readonly string[];
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  /** The realm its addresses are in; null: any. */
  readonly realm: string | null;
}

/** One import of an asset list. The lists of one source supersede each other by date. */
export interface AssetList {
  readonly id: number;
  /** `default`, or what `--source` says: lists of several sources stand beside each other. */
  readonly source: string;
  /** From when it holds. */
  readonly date: Instant;
  readonly importedAt: Instant;
  readonly operator: string;
  readonly file: string;
  /** SHA-256 of the file. */
  readonly hash: string;
  readonly count: number;
}

/** Who a host is: its addresses as seen from one vantage, and who answers for it. */
export interface Identity {
  /** What the profile or the asset list calls it. */
  readonly name: string | null;
  /** Names that `match.name` and `match.host` may use, lower case. */
  readonly names: readonly string[];
  /** The first is the one that findings about the whole host name. */
  readonly addresses: readonly Address[];
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
}
