/**
 * nmap's own port lists (`1,3-4,6`): `services` of a `<scaninfo>`, `ports` of a group. Since 7.91 each host carries one
 * of up to a thousand ranges that differs from its neighbour's in a dozen. So a list is held against the last long one
 * that was read number by number: stretches in common are found by comparing bytes, and their ranges are given again
 * as they are, for sets of ports to share.
 */
import type { PortRange } from "../facts/port.js";

const COMMA = 44;

interface Template {
  readonly text: string;
  readonly ranges: readonly PortRange[];
  /** The list and a comma. */
  readonly bytes: Buffer;
  /** Where each range begins in it; the last one is its end. */
  readonly starts: readonly number[];
  /** To which range each byte belongs. */
  readonly owners: Uint16Array;
}

/** Below this nothing is won. */
const SHORTEST_TEMPLATE = 64;
const templates = new Map<string, Template>();
let scratch = Buffer.alloc(16 * 1024);

/**
 * Ranges in the order of the text. What is none (`x`, `9-3`, `70000`) is skipped.
 * @param kind lists of one kind are alike: that of a protocol
 */
export function parsePortRanges(text: string, kind: string): readonly PortRange[] {
  const template = templates.get(kind);
  if (template?.text === text) return template.ranges;
  if (template === undefined || text.length * 2 < template.text.length) return readList(text, kind);
  return readLike(template, text) ?? readList(text, kind);
}

/** In place of `gone` ranges of the template from its `at`-th on comes `range`. */
interface Edit {
  readonly at: number;
  readonly gone: number;
  readonly range: PortRange | null;
}

/** Reads a list that is much like the template; null where it is not. */
function readLike({ bytes, starts, owners, ranges: known }: Template, text: string): PortRange[] | null {
  if (scratch.length < 3 * text.length + 1) scratch = Buffer.alloc(4 * text.length + 1);
  // Anything but ASCII takes more bytes than characters, and is no list.
  if (scratch.write(text) !== text.length) return null;
  scratch[text.length] = COMMA;
  const edits: Edit[] = [];
  let at = 0;
  let index = 0;
  while (at <= text.length) {
    const from = starts[index] ?? bytes.length;
    const same = countSame(scratch, at, text.length + 1, bytes, from);
    // Back to the beginning of the range in which they part.
    const until = owners[from + same] ?? known.length;
    at += (starts[until] ?? bytes.length) - from;
    index = until;
    if (at > text.length) break;
    const comma = text.indexOf(",", at);
    const end = comma === -1 ? text.length : comma;
    const range = readRange(text.slice(at, end));
    at = end + 1;
    // What stands no higher in the template cannot come any more.
    while (range !== null && index < known.length && (known[index]?.[0] ?? 0) <= range[1]) index += 1;
    edits.push({ at: until, gone: index - until, range });
    if (edits.length * 4 > known.length) return null;
  }
  edits.push({ at: index, gone: known.length - index, range: null });
  return edited(known, edits);
}

function countSame(list: Buffer, at: number, end: number, bytes: Buffer, from: number): number {
  const most = Math.min(end - at, bytes.length - from);
  let same = 0;
  while (same < most && list[at + same] === bytes[from + same]) same += 1;
  return same;
}

/** A copy with its edits, the last one first, so that the places of the others stay. */
function edited(known: readonly PortRange[], edits: readonly Edit[]): PortRange[] {
  const ranges = known.slice();
  for (let i = edits.length - 1; i >= 0; i--) {
    const { at, gone, range } = edits[i] as Edit;
    if (range === null) ranges.splice(at, gone);
    else if (gone === 1) ranges[at] = range;
    else ranges.splice(at, gone, range);
  }
  return ranges;
}

/** Reads every range, and keeps a long list as the template of its kind. */
function readList(text: string, kind: string): PortRange[] {
  const ranges: PortRange[] = [];
  const starts: number[] = [];
  const owners = new Uint16Array(text.length + 1);
  let at = 0;
  let isClean = true;
  for (const part of text.split(",")) {
    const range = readRange(part);
    if (range === null) isClean = false;
    else {
      starts.push(at);
      owners.fill(ranges.length, at, at + part.length + 1);
      ranges.push(range);
    }
    at += part.length + 1;
  }
  if (isClean && ranges.length >= SHORTEST_TEMPLATE && ranges.length < 65_536) {
    const bytes = Buffer.from(`${text},`, "latin1");
    templates.set(kind, {
      text: bytes.toString("latin1", 0, text.length),
      ranges,
      bytes,
      starts: [...starts, bytes.length],
      owners,
    });
  }
  return ranges;
}

function readRange(part: string): PortRange | null {
  const dash = part.indexOf("-");
  const from = portIn(dash === -1 ? part : part.slice(0, dash));
  const to = dash === -1 ? from : portIn(part.slice(dash + 1));
  return from === null || to === null || from > to ? null : [from, to];
}

function portIn(text: string): number | null {
  if (!/^[0-9]{1,5}$/.test(text)) return null;
  const number = Number(text);
  return number <= 65_535 ? number : null;
}
