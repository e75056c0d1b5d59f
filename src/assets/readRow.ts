import type { Address } from "../facts/address.js";
import { quoteText } from "../scope/quoteText.js";
import { readAddresses } from "./addressCell.js";
import type { AssetKey } from "./assetMap.js";
import type { Columns } from "./chooseColumns.js";
import type { CsvRow } from "./csvRows.js";
import { tagOf, vrfName } from "./netbox.js";
import type { AssetProblem } from "./problems.js";
import { LONGEST_TEXT, MOST_WORDS, readText, readWords } from "./textCell.js";

/** A row as it was read, before rows that are one host are joined. */
export interface AssetRow {
  readonly line: number;
  readonly id: string | null;
  readonly addresses: readonly Address[];
  readonly names: readonly string[];
  readonly owner: string | null;
  readonly system: string | null;
  readonly tags: readonly string[];
  readonly realm: string | null;
  readonly vrf: string | null;
  /** What `addresses` are the outside of. */
  readonly natInside: readonly Address[];
  /** By which others see the host. */
  readonly outside: readonly Address[];
}

/** Bad addresses of one row that are told one by one. */
const TOLD_ADDRESSES = 5;

/** The row, null where it holds no address; what is wrong with it is added to `problems`. */
export function readRow(row: CsvRow, columns: Columns, problems: AssetProblem[]): AssetRow | null {
  const tell = (message: string) => problems.push({ line: row.line, message });
  if (!fits(row, columns.titles.length, tell)) return null;
  const cell = (place: number) => row.cells[place] ?? "";
  const cells = (places: readonly number[]) => allAddresses(places.map(cell), tell);

  const { of } = columns;
  const addresses = cells(of.address.filter((place) => !columns.outside.includes(place)));
  const outside = cells(of.address.filter((place) => columns.outside.includes(place)));
  const natInside = cells(of.nat_inside);
  if (addresses.length + outside.length + natInside.length === 0) return null;

  const text = (key: "id" | "owner" | "system" | "realm") => firstText(columns, key, cell, tell);
  const words = (key: "name" | "tags") =>
    columns.of[key].flatMap((place) => wordsOf(columns, place, cell, tell));
  const vrf = columns.vrf === null ? null : readText(cell(columns.vrf)).text;
  const statuses = columns.tagged.flatMap((place) => {
    const value = readText(cell(place)).text;
    return (value === null ? null : tagOf(columns.titles[place] ?? "", value)) ?? [];
  });
  return {
    line: row.line,
    id: text("id"),
    addresses,
    names: words("name").map((name) => name.toLowerCase().replace(/\.$/, "")),
    owner: text("owner"),
    system: text("system"),
    tags: [...words("tags"), ...statuses],
    realm: realmName(text("realm")),
    vrf: vrf === null ? null : vrfName(vrf),
    natInside,
    outside,
  };
}

/** A row that is too long has a separator in a cell, and all its cells after that are in the wrong column. */
function fits({ cells }: CsvRow, width: number, tell: (message: string) => void): boolean {
  const counts = `cells: ${cells.length}, titles: ${width}`;
  if (cells.length < width) tell(`the row is short (${counts}): what is missing is taken as empty`);
  if (cells.slice(width).every((cell) => cell.trim() === "")) return true;
  tell(`the row is too long (${counts}) and is not read: is there a separator inside a cell?`);
  return false;
}

function allAddresses(cells: readonly string[], tell: (message: string) => void): Address[] {
  const read = cells.map((cell) => (readText(cell).text === null ? EMPTY : readAddresses(cell)));
  const bad = read.flatMap(({ problems }) => problems);
  for (const problem of bad.slice(0, TOLD_ADDRESSES)) tell(problem);
  if (bad.length > TOLD_ADDRESSES) tell(`and ${bad.length - TOLD_ADDRESSES} more that are no address`);
  return [...new Set(read.flatMap(({ addresses }) => addresses))];
}

const EMPTY = { addresses: [], problems: [] };

type CellAt = (place: number) => string;

function firstText(
  { titles, of }: Columns,
  key: AssetKey,
  cell: CellAt,
  tell: (message: string) => void,
): string | null {
  for (const place of of[key]) {
    const { text, cut } = readText(cell(place));
    if (text === null) continue;
    if (cut) tell(`${quoteText(titles[place] ?? "")} is cut to ${LONGEST_TEXT} characters`);
    return text;
  }
  return null;
}

function wordsOf(
  { titles }: Columns,
  place: number,
  cell: CellAt,
  tell: (message: string) => void,
): readonly string[] {
  const { words, cut } = readWords(cell(place));
  if (cut) {
    tell(
      `${quoteText(titles[place] ?? "")} is cut to ${MOST_WORDS} words of at most ${LONGEST_TEXT} characters`,
    );
  }
  return words;
}

/** The global table of NetBox is no realm, also where a map says that the VRF is one. */
function realmName(text: string | null): string | null {
  return text === null ? null : vrfName(text);
}
