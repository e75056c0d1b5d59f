import type { HostView } from "../facts/view.js";
import { noteEndingExceptions } from "./endingExceptions.js";
import type { Judging } from "./judging.js";
import { isFlagged, isOpen, type Row } from "./portLook.js";

/** What could not be judged, and why: a reader must not take silence for "nothing found". And what ends soon. */
export function noteGaps(judging: Judging, unknownRequired: number): readonly string[] {
  const { view, profile } = judging;
  const notes: string[] = [];
  if (profile === null) notes.push("no profile: only the ports of the high-risk list are judged");
  const unresolved = profile?.unresolved ?? [];
  if (unresolved.length > 0) {
    const shown = unresolved.slice(0, 5).join(", ");
    const more = unresolved.length > 5 ? ", …" : "";
    notes.push(
      `${count(unresolved.length, "name")} of the profile without an address match no host: ${shown}${more}`,
    );
  }
  const { uncovered, flagged } = gapsIn(view.hosts);
  if (uncovered > 0) notes.push(`not covered in this run: ${count(uncovered, "port")} last known open`);
  if (unknownRequired > 0) notes.push(`not covered in this run: ${count(unknownRequired, "required port")}`);
  for (const flag of ["tarpit", "middlebox"] as const) {
    const rows = flagged.filter(({ confidence }) => confidence === flag);
    if (rows.length === 0) continue;
    const hosts = new Set(rows.map(({ address }) => address)).size;
    notes.push(
      `${count(rows.length, "open port")} of ${count(hosts, "host")} not judged: a ${flag} answers for everybody`,
    );
  }
  notes.push(...noteUnjudgedHoles(view.hosts));
  if (profile !== null) notes.push(...noteEndingExceptions(profile, judging.now));
  return notes;
}

/** Open ports that this run did not judge. */
function gapsIn(hosts: readonly HostView[]): { uncovered: number; flagged: readonly Row[] } {
  const flagged: Row[] = [];
  let uncovered = 0;
  for (const { ports } of hosts) {
    for (const row of ports) {
      if (!isOpen(row)) continue;
      if (!row.covered) uncovered++;
      else if (isFlagged(row)) flagged.push(row);
    }
  }
  return { uncovered, flagged };
}

function noteUnjudgedHoles(hosts: readonly HostView[]): readonly string[] {
  const byReason = new Map<string, number>();
  for (const { presence, holesUnjudged } of hosts) {
    if (presence !== "alive" || holesUnjudged === null) continue;
    byReason.set(holesUnjudged, (byReason.get(holesUnjudged) ?? 0) + 1);
  }
  return [...byReason]
    .sort(([reasonA, a], [reasonB, b]) => b - a || (reasonA < reasonB ? -1 : 1))
    .map(
      ([reason, hostCount]) => `firewall holes cannot be judged on ${count(hostCount, "host")} (${reason})`,
    );
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
