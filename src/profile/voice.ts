import type { Port } from "../facts/port.js";
import { hasPort, listPorts } from "../scope/portSet.js";
import { portKeyOf } from "./portKey.js";
import type { Entry, Group, List } from "./profile.js";
import { compareEntries } from "./rank.js";

/**
 * Why a port must not be open as seen from here although its entry may permit it elsewhere: the entry's
 * `closed_from` names this vantage, or its `from` does not.
 */
export type Elsewhere = "closed-from" | "not-from";

/** What an entry says as heard from one vantage. */
export interface Voice {
  readonly entry: Entry;
  /** Its list, or `forbidden` where `from` or `closed_from` keep this vantage out. */
  readonly word: List;
  readonly elsewhere: Elsewhere | null;
  /** Its `from` or `closed_from` names the vantage. */
  readonly namesVantage: boolean;
  /** False of what nobody has reviewed: it permits nothing and stands in no one's way. It may forbid, though. */
  readonly counts: boolean;
}

/** What a group says from one vantage. */
export interface Voices {
  /** The one that wins first. Entries that are silent from there are left out. */
  readonly all: readonly Voice[];
  /** By port the place in `all` of the first that counts, of entries that list few ports. */
  readonly narrow: ReadonlyMap<number, number>;
  /** The places in `all` of the others that count. */
  readonly wide: readonly number[];
}

/** An entry of more ports than this is not taken apart into single ones. */
const NARROW = 32;

/** What a group's entries say from a vantage. */
export function voicesOf(group: Group, vantage: string): Voices {
  const all = group.entries.flatMap((entry) => voiceOf(entry, vantage) ?? []).sort(compareVoices);
  const narrow = new Map<number, number>();
  const wide: number[] = [];
  all.forEach(({ entry, counts }, place) => {
    if (!counts) return;
    if (entry.width > NARROW) {
      wide.push(place);
      return;
    }
    for (const port of listPorts(entry.ports)) {
      const key = portKeyOf(port);
      if (!narrow.has(key)) narrow.set(key, place);
    }
  });
  return { all, narrow, wide };
}

/** The group's own choice for the port among the entries that count; null where none of them lists it. */
export function championOf(voices: Voices, port: Port): Voice | null {
  const best = firstOf(voices, port);
  return best?.elsewhere === "not-from" ? (invitedBeside(voices, port, best) ?? best) : best;
}

function firstOf({ all, narrow, wide }: Voices, port: Port): Voice | null {
  let best = narrow.get(portKeyOf(port)) ?? all.length;
  for (const place of wide) {
    if (place > best) break;
    const voice = all[place];
    if (voice !== undefined && hasPort(voice.entry.ports, port.protocol, port.port)) best = place;
  }
  return all[best] ?? null;
}

/**
 * Who lets the vantage in beside an entry that only keeps it out: the first permission at that entry's depth that names
 * the vantage. It speaks itself. Null where there is none, or where a prohibition stands before it: what forbids never
 * opens a port.
 */
function invitedBeside({ all }: Voices, { protocol, port }: Port, shut: Voice): Voice | null {
  const deciding = all.find(
    (voice) =>
      voice.entry.depth === shut.entry.depth &&
      (invites(voice) || prohibits(voice)) &&
      hasPort(voice.entry.ports, protocol, port),
  );
  return deciding !== undefined && invites(deciding) ? deciding : null;
}

/** It permits its ports from here and names the vantage, so that what only keeps the vantage out gives way to it. */
export function invites({ word, namesVantage, counts }: Voice): boolean {
  return counts && namesVantage && word !== "forbidden";
}

/** It forbids by its list or by `closed_from`, not only by being for others. */
export function prohibits({ word, elsewhere, counts }: Voice): boolean {
  return counts && word === "forbidden" && elsewhere !== "not-from";
}

function voiceOf(entry: Entry, vantage: string): Voice | null {
  const elsewhere = elsewhereOf(entry, vantage);
  // That others must not reach a port says nothing of this vantage.
  if (elsewhere === "not-from" && entry.list === "forbidden") return null;
  const word = elsewhere === null ? entry.list : "forbidden";
  // Without its permission an unreviewed entry has no other vantages to keep out either.
  const forbids = word === "forbidden" && elsewhere !== "not-from";
  const namesVantage = elsewhere === "closed-from" || (elsewhere === null && entry.from !== null);
  return { entry, word, elsewhere, namesVantage, counts: forbids || !entry.unreviewed };
}

function elsewhereOf({ from, closedFrom }: Entry, vantage: string): Elsewhere | null {
  if (closedFrom.includes(vantage)) return "closed-from";
  return from === null || from.includes(vantage) ? null : "not-from";
}

/** Within one group: own before inherited, then the narrower, then the graver. */
function compareVoices(a: Voice, b: Voice): number {
  return a.entry.depth - b.entry.depth || compareEntries(a.entry, b.entry, a.word, b.word);
}
