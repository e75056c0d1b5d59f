import { PROTOCOLS } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { portSetOf } from "../scope/portSet.js";
import { presenceId } from "./placeHost.js";
import { quietSaid } from "./placeQuiet.js";
import type { Recording } from "./recording.js";
import { answerOf, type Said } from "./said.js";
import { COLUMNS, type SpanTable, type TrackName } from "./track.js";

/**
 * Whether a run that lies between others, and had said nothing of the host, says on each track just what the span around
 * it says: then it has nothing to write there. Most hosts of a run that comes late do; only the rows that hold at its key
 * are read. A "no" may be wrong (`placeHost` looks closer), a "yes" never is.
 */
export function isConfirming(recording: Recording, host: number, said: Said): boolean {
  const { ledger, stored } = recording;
  // Silence may tell something where nothing is known yet.
  if (said.presence === "silent") return false;
  const at = (table: SpanTable): Map<TrackName, number> => valuesAt(recording, host, table);
  const own = at("host_span");
  if (own.get("presence") !== presenceId(ledger, said.presence)) return false;
  if (said.occupant !== null && own.get("occupant") !== said.occupant) return false;
  if (said.names !== null && own.get("names") !== said.names) return false;

  const cells = at("span") as Map<number, number>;
  for (const code of said.cells.keys()) if (!cells.has(code)) return false;
  for (const [code, value] of cells) {
    const answer = answerOf(ledger, said, code, portOfCode(code));
    if (answer !== null && answer !== value) return false;
  }
  // A port whose track begins later may be among the quiet ones of this run.
  const count = ledger.rows<[number]>(
    "SELECT count(DISTINCT protoport) FROM span WHERE host = ? AND vantage = ?",
  );
  if (count.get(host, stored.vantage)?.[0] !== cells.size) return false;

  const services = at("service_span");
  for (const [code, { service }] of said.cells) {
    if (service !== null && services.get(code) !== service) return false;
  }
  const quiet = at("quiet");
  const ownSpans = portSetOf([...cells.keys()].map(portOfCode));
  return PROTOCOLS.every((protocol) => {
    const told = quietSaid(ledger, said, protocol, ownSpans);
    return told === null || quiet.get(told.track) === told.value;
  });
}

function valuesAt({ ledger, stored }: Recording, host: number, table: SpanTable): Map<TrackName, number> {
  const { vantage, key } = stored;
  const rows = ledger.rows<[TrackName, number]>(
    `SELECT ${COLUMNS[table]}, value FROM ${table}
     WHERE host = ? AND vantage = ? AND from_key <= ? AND (until_key IS NULL OR until_key > ?)`,
  );
  return new Map(rows.all(host, vantage, key, key));
}
