import { history } from "./001-history.js";
import { findings } from "./002-findings.js";
import { anyOrder } from "./003-any-order.js";
import { runControl } from "./004-run-control.js";
import type { Migration } from "./migration.js";

/** Every step, in order; the index is the number less one. */
export const MIGRATIONS: readonly Migration[] = [history, findings, anyOrder, runControl];
