import type { Asset } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";
import { ASSET_KEYS, type AssetKey, type AssetMap } from "./assetMap.js";
import { type Columns, chooseColumns } from "./chooseColumns.js";
import { readCsv } from "./csvRows.js";
import { HostBook } from "./hostBook.js";
import type { NetboxList } from "./netbox.js";
import type { AssetProblem } from "./problems.js";
import { type AssetRow, readRow } from "./readRow.js";

export interface AssetOptions {
  /** Which column holds what; without it the titles tell. */
  readonly map?: AssetMap;
  /** The realm of every row, whatever the file says. */
  readonly realm?: string | null;
  /** Realms that audits and runs have: a VRF of one of these names is that realm, any other is left out. */
  readonly knownRealms?: readonly string[];
}

export interface ParsedAssets {
  /** One a host; no address is in two of one realm. */
  readonly assets: readonly Asset[];
  readonly problems: readonly AssetProblem[];
  /** What was read from which column, the titles as written. */
  readonly columns: AssetMap;
  /** Titles of columns that were not read. */
  readonly unread: readonly string[];
  /** Rows under the titles that are not empty. */
  readonly rows: number;
  /** Lines of rows whose address cells are empty, which say nothing of any address. */
  readonly withoutAddress: readonly number[];
  /** VRFs that are no known realm: their rows hold in every realm. */
  readonly ignoredVrfs: readonly string[];
  readonly netbox: NetboxList | null;
}

/**
 * Reads an asset list: CSV with a row of titles. Pure; the texts in it stay as they are, cut to 500 characters.
 * @throws PortreeveError `usage` where there is nothing to read, no column of addresses, no column that the map names,
 *   or no row that can be used
 */
export function parseAssets(text: string, file: string, options: AssetOptions = {}): ParsedAssets {
  const head: Columns[] = [];
  const book = new HostBook();
  const realms = realmReader(options);
  const problems: AssetProblem[] = [];
  const withoutAddress: number[] = [];
  let rows = 0;
  let usable = 0;
  readCsv(text, file, (csvRow) => {
    const [columns] = head;
    if (columns === undefined) {
      head.push(chooseColumns(csvRow.cells, file, options.map));
      return;
    }
    rows += 1;
    if (rows > MOST_ROWS) throw tooMany(file);
    const before = problems.length;
    const row = readRow(csvRow, columns, problems);
    if (row !== null) {
      usable += 1;
      book.enter({ ...row, realm: realms.of(row) });
    } else if (problems.length === before) withoutAddress.push(csvRow.line);
  });
  const [columns] = head;
  if (columns === undefined || rows === 0) throw nothingIn(file, columns !== undefined);
  if (usable === 0) throw nothingUsable(file, rows, problems);
  return {
    assets: book.assets(),
    problems: [...problems, ...book.problems].sort((a, b) => a.line - b.line),
    ...titlesRead(columns),
    rows,
    withoutAddress,
    ignoredVrfs: [...realms.ignoredVrfs],
    netbox: columns.netbox,
  };
}

/** Some 1 kB of memory a row. */
const MOST_ROWS = 500_000;

function tooMany(file: string): PortreeveError {
  return new PortreeveError("usage", `${quoteText(file)} has more than ${MOST_ROWS} rows`, {
    hint: "split it and import the parts as lists of their own: --source NAME",
  });
}

function nothingIn(file: string, titles: boolean): PortreeveError {
  const what = titles ? "has titles and no row" : "is empty";
  return new PortreeveError("usage", `${quoteText(file)} ${what}`, {
    hint: "an asset list is CSV: a row of titles, then a row for each host or address",
  });
}

const SHOWN_PROBLEMS = 10;

function nothingUsable(file: string, count: number, problems: readonly AssetProblem[]): PortreeveError {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(({ line, message }) => `\n  line ${line}: ${message}`);
  const more = problems.length > SHOWN_PROBLEMS ? `\n  and ${problems.length - SHOWN_PROBLEMS} more` : "";
  const why = lines.length === 0 ? ": every address is empty" : `:${lines.join("")}${more}`;
  return new PortreeveError("usage", `${quoteText(file)}: none of its ${count} rows can be used${why}`, {
    hint: "name the column of the addresses with --map address=TITLE",
  });
}

/** The realm of each row: the caller's, else the column's, else the VRF where there is such a realm. */
function realmReader({ realm = null, knownRealms = [] }: AssetOptions) {
  const known = new Map(knownRealms.map((name) => [name.toLowerCase(), name]));
  const ignoredVrfs = new Set<string>();
  return {
    ignoredVrfs,
    of: (row: AssetRow): string | null => {
      if (realm !== null || row.vrf === null) return realm ?? row.realm;
      const found = known.get(row.vrf.toLowerCase()) ?? null;
      if (found === null) ignoredVrfs.add(row.vrf);
      return found;
    },
  };
}

function titlesRead(columns: Columns): { readonly columns: AssetMap; readonly unread: readonly string[] } {
  const { titles, of, tagged, vrf } = columns;
  const places: Readonly<Record<AssetKey, readonly number[]>> = {
    ...of,
    tags: [...of.tags, ...tagged],
    realm: vrf === null ? of.realm : [...of.realm, vrf],
  };
  const used = new Set(Object.values(places).flat());
  const read = ASSET_KEYS.filter((key) => places[key].length > 0).map((key) => [
    key,
    places[key].map((place) => (titles[place] ?? "").trim()),
  ]);
  return {
    columns: Object.fromEntries(read),
    unread: titles
      .filter((title, place) => title.trim() !== "" && !used.has(place))
      .map((title) => title.trim()),
  };
}
