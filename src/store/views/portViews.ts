/** v1_open_now and v1_spans: ports as they are, and as they were. */
import { portStateOf, timeOf } from "../asOf.js";
import { eachSpan } from "../eachSpan.js";
import { addressOf, cellValueOf, serviceOf } from "../intern.js";
import type { Ledger } from "../ledger.js";
import { openRows, portAt } from "../openRows.js";
import { type VantageAt, vantagesAtMoment } from "../vantageAt.js";
import { ADDRESS, column, PLACE, PORT, portCells, type SqlValue, utc, type View } from "./view.js";

const DAY = 86_400_000;
const SERVICE = [
  column.text("service", "nmap's name of the service, null where none is known"),
  column.text("product", "the product that was identified there"),
  column.text("version", "its version as it tells it"),
];

export const openNow: View = {
  name: "v1_open_now",
  about:
    "Ports that were open when they were last proved. Old evidence is not left out: ask for `evidence_days`.",
  columns: [
    ADDRESS,
    ...PORT,
    column.text("state", "`open`"),
    ...SERVICE,
    ...PLACE,
    column.text("first_seen", "when it was first seen open in this period, UTC"),
    column.text("last_seen", "when it was last proved open, UTC"),
    column.text("last_covered", "when it was last asked, UTC"),
    column.integer("evidence_days", "whole days from last_seen until now"),
    column.text(
      "confidence",
      "`confirmed`, `single`, `imported`, `unconfirmed`, `flapping`, `tarpit` or `middlebox`",
    ),
    column.integer("run", "the run that covered it last"),
  ],
  indices: [["address"], ["port"]],
  rows(ledger, add) {
    for (const row of openRows(ledger)) {
      add([
        row.address,
        ...portCells(row.protocol, row.port),
        row.state,
        row.service?.name ?? null,
        row.service?.product ?? null,
        row.service?.version ?? null,
        row.vantage,
        row.realm,
        utc(row.firstSeen),
        utc(row.lastSeen),
        utc(row.lastCovered),
        Math.floor(row.evidenceAge / DAY),
        row.confidence,
        row.run,
      ]);
    }
  },
};

export const spans: View = {
  name: "v1_spans",
  about:
    "Every period through which a port that was open at some time kept one state. At a moment t: `valid_from <= t AND (valid_to IS NULL OR valid_to > t)`.",
  columns: [
    ADDRESS,
    ...PORT,
    column.text("state", "`open`, `closed`, `filtered`, …, as nmap states it"),
    column.text("reason", "what was answered: `syn-ack`, `reset`, `no-response`, …"),
    column.text("valid_from", "when it was first seen so, UTC"),
    column.text("valid_to", "when a run first proved another state, UTC; null while none did"),
    column.text("last_seen", "when it was last proved so, UTC"),
    column.text("product", "the product that was identified there by the end of the period"),
    column.text("version", "its version"),
    ...PLACE,
    column.integer("from_run", "the run that first saw it so"),
    column.integer("to_run", "the run that first proved another state, null while none did"),
  ],
  indices: [["address"], ["port"], ["valid_from"]],
  rows(ledger, add) {
    for (const at of vantagesAtMoment(ledger, {})) addSpans(ledger, at, add);
  },
};

function addSpans(ledger: Ledger, at: VantageAt, add: (row: readonly SqlValue[]) => void): void {
  const places = new Map(at.looks.map((look, index) => [look.key, index]));
  eachSpan(ledger, at.vantage, (host, code, from, valueId, until, serviceId) => {
    const { protocol, port } = portAt(code);
    const value = cellValueOf(ledger, valueId);
    const service = serviceId === null || value.state !== "open" ? null : serviceOf(ledger, serviceId);
    let last = from;
    // The looks are the newest first: the run before the one that contradicts is the next in the list.
    for (let index = until === null ? 0 : (places.get(until) ?? -1) + 1; index < at.looks.length; index++) {
      const look = at.looks[index];
      if (look === undefined || look.key < from) break;
      if (!look.proved(host, protocol, port)) continue;
      last = look.key;
      break;
    }
    add([
      addressOf(ledger, host),
      ...portCells(protocol, port),
      portStateOf(value.state),
      value.reason,
      utc(timeOf(at.view, from)),
      until === null ? null : utc(timeOf(at.view, until)),
      utc(timeOf(at.view, last)),
      service?.product ?? null,
      service?.version ?? null,
      at.name,
      at.realm,
      at.byKey.get(from)?.run.id ?? null,
      until === null ? null : (at.byKey.get(until)?.run.id ?? null),
    ]);
  });
}
