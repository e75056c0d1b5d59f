/** What a report is made from. */
import type { Address } from "../facts/address.js";
import type { Identity } from "../facts/asset.js";
import type { FindingTransition, Judgement } from "../facts/finding.js";
import type { Recall } from "../facts/run.js";
import type { HostView, RunView } from "../facts/view.js";

/** A row of a host: the last proved state of one port; `covered` tells whether this run proved it. */
export type HostPort = HostView["ports"][number];

export interface ReportData {
  readonly view: RunView;
  readonly judgement: Judgement;
  /** Who a host is, by the profile's `hosts` or the asset list; null: nobody says. */
  readonly identityOf?: (address: Address) => Identity | null;
  /** What the run changed in the life of findings, and why; for the report's words on what it settled. */
  readonly transitions?: readonly FindingTransition[];
  readonly recall: Recall;
  /** Path of the database. */
  readonly database: string;
  /** Path of the profile, null without one: then the built-in list of high-risk ports was the judge. */
  readonly profile: string | null;
  readonly audit: string | null;
}

export interface TextOptions {
  /** IANA zone in which times are shown. */
  readonly zone: string;
  readonly color: boolean;
  /** Columns; default 100, at least 60. */
  readonly width?: number;
  /** False: ASCII signs only. Default true. */
  readonly unicode?: boolean;
}

export const DEFAULT_WIDTH = 100;
export const LEAST_WIDTH = 60;

/** Open, and proved so by this run. UDP `open|filtered` never counts. */
export function isOpenNow(row: HostPort): boolean {
  return row.covered && row.state === "open";
}
