import { PortreeveError } from "../facts/error.js";
import { tryParseAddress } from "../scope/address.js";
import { nearWord } from "../scope/nearWord.js";
import { quoteText } from "../scope/quoteText.js";
import { ASSET_KEYS, type AssetKey, type AssetMap } from "./assetMap.js";
import { NETBOX_TITLES, type NetboxList, recogniseNetbox } from "./netbox.js";
import { columnsTitled, foldTitle, OUTSIDE_TITLES, PLAIN_ADDRESS_TITLES, TITLES } from "./titles.js";

/** Which columns of a file are read for what, by position. */
export interface Columns {
  readonly titles: readonly string[];
  readonly of: Readonly<Record<AssetKey, readonly number[]>>;
  /** Those of `of.address` that hold the addresses outside of a NAT. */
  readonly outside: readonly number[];
  /** Columns whose value becomes a tag, `status:planned`. */
  readonly tagged: readonly number[];
  /** NetBox's VRF: a realm only where a realm of that name is known. */
  readonly vrf: number | null;
  readonly netbox: NetboxList | null;
}

/** The columns by a map, which is taken whole: what it does not name is not read; without one by their titles. */
export function chooseColumns(titles: readonly string[], file: string, map: AssetMap | undefined): Columns {
  const columns = map === undefined ? recognise(titles) : mapped(titles, file, map);
  if (columns.of.address.length > 0) return columns;
  const named = titles.filter((title) => title.trim() !== "");
  const data = titles.some((title) => tryParseAddress(title.trim().replace(/\/\d+$/, "")) !== null);
  throw new PortreeveError(
    "usage",
    data
      ? `${quoteText(file)}: its first row holds an address, where titles of columns are expected`
      : `${quoteText(file)}: no column is known to hold addresses; its titles are ${listTitles(named)}`,
    { hint: data ? "put a row of titles on top: address,owner" : "name it: --map address=TITLE,owner=TITLE" },
  );
}

function recognise(titles: readonly string[]): Columns {
  const netbox = recogniseNetbox(titles);
  const words = { ...TITLES, ...(netbox === null ? {} : NETBOX_TITLES[netbox]) };
  const find = (wanted: readonly string[]) => columnsTitled(titles, wanted);
  const of = Object.fromEntries(ASSET_KEYS.map((key) => [key, find(words[key])])) as Record<
    AssetKey,
    number[]
  >;
  const outside = find(OUTSIDE_TITLES);
  if (of.address.every((place) => outside.includes(place))) {
    of.address.unshift(...find(PLAIN_ADDRESS_TITLES));
  }
  return {
    titles,
    of,
    outside,
    tagged: netbox === null ? [] : find(NETBOX_TITLES[netbox].tagged),
    vrf: of.realm.length === 0 ? (find(["vrf"])[0] ?? null) : null,
    netbox,
  };
}

function mapped(titles: readonly string[], file: string, map: AssetMap): Columns {
  const of = Object.fromEntries(
    ASSET_KEYS.map((key) => [key, (map[key] ?? []).map((title) => placeOf(title, key, titles, file))]),
  ) as Record<AssetKey, number[]>;
  if (map.address === undefined) of.address.push(...recognise(titles).of.address);
  return { titles, of, outside: [], tagged: [], vrf: null, netbox: null };
}

function placeOf(title: string, key: AssetKey, titles: readonly string[], file: string): number {
  const exact = titles.findIndex((each) => each.trim() === title);
  if (exact !== -1) return exact;
  const [folded] = columnsTitled(titles, [foldTitle(title)]);
  if (folded !== undefined && foldTitle(title) !== "") return folded;
  const named = titles.filter((each) => each.trim() !== "");
  const near = nearWord(title, named);
  throw new PortreeveError(
    "usage",
    `--map ${key}=${quoteText(title)}: ${quoteText(file)} has no such column${
      near === null ? "" : `; did you mean ${quoteText(near)}?`
    }`,
    { hint: `its titles are ${listTitles(named)}` },
  );
}

const SHOWN_TITLES = 30;

function listTitles(titles: readonly string[]): string {
  const shown = titles.slice(0, SHOWN_TITLES).map((title) => quoteText(title.trim()));
  const more = titles.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
