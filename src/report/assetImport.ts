/** `portreeve assets import`: what was read from a list, and what has no counterpart. */
import type { Address } from "../facts/address.js";
import type { Asset, AssetList } from "../facts/asset.js";
import { assetJson, listJson } from "./assets.js";
import { countOf, formatCount, listSome } from "./count.js";
import { plain } from "./escape.js";
import { type Ink, makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { zonedTime } from "./time.js";
import { pad, wrapText } from "./width.js";

/** What `assets import` has to say. */
export interface AssetImport {
  readonly file: string;
  /** How the bytes were read: `UTF-8`. */
  readonly encoding: string;
  /** Whose export it is known to be: `NetBox`; null: any table. */
  readonly shape: string | null;
  /** Titles by what was read from them: address, id, name, owner, … */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly unread: readonly string[];
  readonly rows: number;
  readonly assets: readonly Asset[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  /** Lines of rows without any address. */
  readonly withoutAddress: readonly number[];
  /** VRFs that are no realm. */
  readonly ignoredVrfs: readonly string[];
  /** Null in a dry run. */
  readonly list: AssetList | null;
  /** The very same list was there before: nothing was written. */
  readonly known: boolean;
  /** The list of the same source that this one takes the place of. */
  readonly supersedes: AssetList | null;
  /** A list of the same source that holds from a later day and stays in force. */
  readonly supersededBy: AssetList | null;
  /** Null where no run has found a host yet. */
  readonly matching: {
    /** Hosts of the list of which no run ever saw an address. */
    readonly unseen: readonly Asset[];
    /** Addresses that runs found alive and no row names. */
    readonly unnamed: readonly Address[];
  } | null;
}

const SHOWN_PROBLEMS = 10;
const SHOWN_HOSTS = 5;
/** A host with more addresses than this is a router, or a column that is no id. */
const MANY_ADDRESSES = 20;

export function renderAssetImport(done: AssetImport, format: "text" | "json", options: TextOptions): string {
  if (format === "json") return jsonText(importJson(done));
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const lines = [
    ...wrapText(headline(done), width),
    ...columnLines(done, ink, width),
    ...wrapText(keptWords(done, options.zone), width),
    ...problemLines(done, width),
    ...sentences(done).flatMap((text) => wrapText(text, width)),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

function headline({ file, rows, assets, encoding, shape }: AssetImport): string {
  const addresses = assets.reduce((sum, asset) => sum + asset.addresses.length, 0);
  const counts = [
    countOf(rows, "row"),
    countOf(assets.length, "host"),
    countOf(addresses, "address", "addresses"),
  ];
  const how = shape === null ? encoding : `${shape}, ${encoding}`;
  return `${plain(file)}: ${counts.join(", ")} (${plain(how)})`;
}

function columnLines({ columns, unread }: AssetImport, ink: Ink, width: number): string[] {
  const facts = [...Object.entries(columns), ...(unread.length === 0 ? [] : [["not read", unread] as const])];
  return facts.flatMap(([what, titles]) => {
    const text = titles.map((title) => plain(title, { max: 60 })).join(", ");
    return wrapText(text, width - 14).map(
      (line, i) => `  ${i === 0 ? ink.paint("dim", pad(what, 10)) : " ".repeat(10)}  ${line}`,
    );
  });
}

function keptWords(done: AssetImport, zone: string): string {
  const { list, known, supersedes, supersededBy } = done;
  const before =
    supersedes === null
      ? ""
      : ` the place of list ${supersedes.id} of ${zonedTime(supersedes.date, zone).date} (${countOf(supersedes.count, "host")})`;
  if (list === null) {
    return `Nothing was kept: this was a dry run.${before === "" ? "" : ` It would take${before}.`}`;
  }
  const from = zonedTime(list.date, zone).date;
  const name = `list ${list.id} of source ${plain(list.source)}, in force from ${from}`;
  if (known) return `The same file is here already as ${name}: nothing was written.`;
  const after =
    supersededBy === null
      ? ""
      : `, until list ${supersededBy.id} of ${zonedTime(supersededBy.date, zone).date}, which stays in force`;
  return `Kept as ${name}${after}${before === "" ? "" : `; it takes${before}`}.`;
}

function problemLines({ problems }: AssetImport, width: number): string[] {
  if (problems.length === 0) return [];
  const left = problems.length - SHOWN_PROBLEMS;
  return [
    `${countOf(problems.length, "problem")}:`,
    ...problems
      .slice(0, SHOWN_PROBLEMS)
      .flatMap(({ line, message }) =>
        wrapText(`line ${line}: ${plain(message, { max: 500 })}`, width - 4).map((text, i) =>
          i === 0 ? `  ${text}` : `    ${text}`,
        ),
      ),
    ...(left > 0 ? [`  and ${formatCount(left)} more: --format json`] : []),
  ];
}

/** What did not find its counterpart. */
function sentences({ withoutAddress, ignoredVrfs, matching, assets }: AssetImport): string[] {
  const said: string[] = [];
  if (withoutAddress.length > 0) {
    const lines = listSome(withoutAddress.map(String), SHOWN_HOSTS);
    said.push(
      `${countOf(withoutAddress.length, "row")} without an address, which say nothing of any host: line ${lines}.`,
    );
  }
  if (ignoredVrfs.length > 0) {
    const names = listSome(
      ignoredVrfs.map((name) => plain(name, { max: 60 })),
      SHOWN_HOSTS,
    );
    said.push(
      `No audit or run has a realm named after VRF ${names}: such rows hold in every realm (--map realm=VRF keeps them apart).`,
    );
  }
  const broad = assets.filter(({ addresses }) => addresses.length > MANY_ADDRESSES);
  if (broad.length > 0) {
    const names = listSome(
      broad.map((asset) => `${assetLabel(asset)}: ${asset.addresses.length}`),
      SHOWN_HOSTS,
    );
    said.push(
      `More than ${MANY_ADDRESSES} addresses are one machine to the profile here, for their rows have one id: ${names}.`,
    );
  }
  if (matching === null) {
    said.push("No run has found a host yet, so nothing could be matched.");
    return said;
  }
  const { unseen, unnamed } = matching;
  if (unseen.length > 0) {
    const names = listSome(unseen.map(assetLabel), SHOWN_HOSTS);
    said.push(
      `${formatCount(unseen.length)} of ${countOf(assets.length, "host")} match nothing: no run ever saw an address of ${names}.`,
    );
  }
  if (unnamed.length > 0) {
    said.push(
      `${countOf(unnamed.length, "address", "addresses")} that runs found alive ${unnamed.length === 1 ? "is" : "are"} in no row: portreeve query unowned shows what is open there.`,
    );
  }
  return said;
}

/** `db01 (10.20.1.10)` */
function assetLabel({ id, names, addresses }: Asset): string {
  const name = id ?? names[0];
  const [address = ""] = addresses;
  return name === undefined ? address : `${plain(name, { max: 60 })} (${address})`;
}

function importJson(done: AssetImport) {
  const { file, encoding, shape, columns, unread, rows, assets, problems, withoutAddress, ignoredVrfs } =
    done;
  return {
    schemaVersion: 1,
    file,
    encoding,
    shape,
    columns,
    unread,
    rows,
    hosts: assets.length,
    addresses: assets.reduce((sum, asset) => sum + asset.addresses.length, 0),
    list: done.list === null ? null : listJson(done.list),
    known: done.known,
    supersedes: done.supersedes === null ? null : listJson(done.supersedes),
    supersededBy: done.supersededBy === null ? null : listJson(done.supersededBy),
    problems,
    withoutAddress,
    ignoredVrfs,
    unseen: done.matching?.unseen.map(assetJson) ?? null,
    unnamed: done.matching?.unnamed ?? null,
  };
}
