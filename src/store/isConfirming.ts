import { PROTOCOLS } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { portSetOf } from "../scope/portSet.js";
import { presenceId } from "./placeHost.js";
import { quietSaid } from "./placeQuiet.js";
import type { Recording } from "./recording.js";
import { answerOf, type Said } from "./said.js";
import { COLUMNS, type SpanTable } from "./track.js";

/**
 * Whether a run that lies between others, and had said nothing of the host, says on each track just what the span around
 * it says: then it has nothing to write there. Most hosts of a run that comes late do; only the rows that hold at its key
 * are read. A "no" may be wrong (`placeHost` looks closer), a "yes" never is.
 */
export function isConfirming(recording: Recording, host: number, said: Said): boolean {
  const { ledger, stored } = recording;
  // Silence may tell something where nothing is known yet: that is looked at closer.
  if (!confirmsHost(recording, host, said)) return false;
  let known = 0;
  const codes = new Set<number>();
  for (const packed of valuesAt(recording, host, "span")) {
    const code = nameIn(packed);
    codes.add(code);
    const answer = answerOf(ledger, said, code, portOfCode(code));
    if (answer !== null && answer !== valueIn(packed)) return false;
    if (said.cells.has(code)) known += 1;
  }
  // A port whose track begins later may be among the quiet ones of this run. Each track has one span that is open.
  const count = ledger.rows<[number]>(
    "SELECT count(*) FROM span WHERE host = ? AND vantage = ? AND until_key IS NULL",
  );
  if (known < said.cells.size || count.get(host, stored.vantage)?.[0] !== codes.size) return false;

  let unknown = 0;
  for (const { service } of said.cells.values()) if (service !== null) unknown += 1;
  if (unknown > 0) {
    for (const packed of valuesAt(recording, host, "service_span")) {
      const service = said.cells.get(nameIn(packed))?.service ?? null;
      if (service === null) continue;
      if (service !== valueIn(packed)) return false;
      unknown -= 1;
    }
  }
  return unknown === 0 && confirmsQuiet(recording, host, said, codes);
}

function confirmsHost({ ledger, stored }: Recording, host: number, said: Said): boolean {
  if (said.presence === "silent") return false;
  const { vantage, key } = stored;
  const rows = ledger.rows<[track: string, value: number]>(
    `SELECT track, value FROM host_span
     WHERE host = ? AND vantage = ? AND from_key <= ? AND (until_key IS NULL OR until_key > ?)`,
  );
  const at = new Map(rows.all(host, vantage, key, key));
  return (
    at.get("presence") === presenceId(ledger, said.presence) &&
    (said.occupant === null || at.get("occupant") === said.occupant) &&
    (said.names === null || at.get("names") === said.names)
  );
}

function confirmsQuiet(recording: Recording, host: number, said: Said, own: ReadonlySet<number>): boolean {
  const quiet = valuesAt(recording, host, "quiet");
  const ownSpans = portSetOf([...own].map(portOfCode));
  return PROTOCOLS.every((protocol) => {
    const told = quietSaid(recording.ledger, said, protocol, ownSpans);
    return told === null || quiet.includes(told.track * PACK + told.value);
  });
}

/** A name and a value in one number: an array of these is much cheaper to read than rows are. */
const PACK = 2 ** 32;

function nameIn(packed: number): number {
  return Math.floor(packed / PACK);
}

function valueIn(packed: number): number {
  return packed % PACK;
}

/** What a host's tracks say at the run's key, packed. */
function valuesAt(
  { ledger, stored }: Recording,
  host: number,
  table: Exclude<SpanTable, "host_span">,
): number[] {
  const { vantage, key } = stored;
  return ledger
    .numbers(
      `SELECT ${COLUMNS[table]} * ${PACK} + value FROM ${table}
       WHERE host = ? AND vantage = ? AND from_key <= ? AND (until_key IS NULL OR until_key > ?)`,
    )
    .all(host, vantage, key, key);
}
