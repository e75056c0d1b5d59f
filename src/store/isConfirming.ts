import { PROTOCOLS } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { portSetOf } from "../scope/portSet.js";
import { tracksAt } from "./hostPack.js";
import { presenceId } from "./placeHost.js";
import { quietSaid } from "./placeQuiet.js";
import type { Recording } from "./recording.js";
import { answerOf, type Said } from "./said.js";

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
  const held = tracksAt(ledger, { host, vantage: stored.vantage }, stored.key);
  if (held === null) return false;
  for (const [code, value] of held.cells) {
    codes.add(code);
    const answer = answerOf(ledger, said, code, portOfCode(code));
    if (answer !== null && answer !== value) return false;
    if (said.cells.has(code)) known += 1;
  }
  if (known < said.cells.size) return false;

  for (const [code, { service }] of said.cells) {
    if (service === null) continue;
    if (held.services.get(code) !== service) return false;
  }
  return confirmsQuiet(recording, host, said, codes);
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
  const { ledger, stored } = recording;
  const { vantage, key } = stored;
  const quiet = ledger
    .rows<[track: number, value: number]>(
      `SELECT portset, value FROM quiet
       WHERE host = ? AND vantage = ? AND from_key <= ? AND (until_key IS NULL OR until_key > ?)`,
    )
    .all(host, vantage, key, key);
  const ownSpans = portSetOf([...own].map(portOfCode));
  return PROTOCOLS.every((protocol) => {
    const told = quietSaid(ledger, said, protocol, ownSpans);
    return told === null || quiet.some(([track, value]) => track === told.track && value === told.value);
  });
}
