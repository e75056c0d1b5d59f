/** Asset lists: who answers for what, and which lists there are. */
import type { Asset, AssetList } from "../facts/asset.js";
import type { Instant } from "../facts/run.js";
import { formatCount, listSome } from "./count.js";
import { renderCsv } from "./csv.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, type TextOptions } from "./reportData.js";
import { renderTable } from "./table.js";
import { formatInstant, toRfc3339, zonedTime } from "./time.js";

type Format = "text" | "json";

/** Addresses of a host that a table lists. */
const SHOWN_ADDRESSES = 2;

/** A host of a list for programs. */
export function assetJson({ id, addresses, names, owner, system, tags, realm }: Asset) {
  return { id, addresses, names, owner, system, tags, realm };
}

/** A list for programs. */
export function listJson(list: AssetList) {
  return { ...list, date: toRfc3339(list.date), importedAt: toRfc3339(list.importedAt) };
}

/** The keys of `assets import --map`, so that what is listed can be read again. */
const CSV_TITLES = ["address", "id", "name", "owner", "system", "tags", "realm"];

/** `portreeve assets list`. */
export function renderAssets(
  assets: readonly Asset[],
  format: Format | "jsonl" | "csv",
  options: TextOptions & { readonly noRows: string },
): string {
  switch (format) {
    case "json":
      return jsonText({ schemaVersion: 1, rows: assets.map(assetJson) });
    case "jsonl":
      return assets.map((asset) => jsonText(assetJson(asset), 0)).join("");
    case "csv":
      return renderCsv(
        CSV_TITLES,
        assets.map(({ addresses, id, names, owner, system, tags, realm }) => {
          return [addresses.join(";"), id, names.join(";"), owner, system, tags.join(";"), realm];
        }),
      );
    case "text":
      return assets.length === 0 ? `${options.noRows}\n` : assetTable(assets, options);
  }
}

function assetTable(assets: readonly Asset[], options: TextOptions): string {
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const realms = assets.some(({ realm }) => realm !== null);
  const table = renderTable(
    [
      { title: "HOST" },
      { title: "ADDRESSES" },
      { title: "OWNER" },
      { title: "SYSTEM" },
      { title: "TAGS", spare: true },
      ...(realms ? [{ title: "REALM" }] : []),
    ],
    assets.map(({ id, names, addresses, owner, system, tags, realm }) => [
      id ?? names[0] ?? "",
      listSome(addresses, SHOWN_ADDRESSES),
      owner ?? "",
      system ?? "",
      tags.join(", "),
      ...(realms ? [realm ?? ""] : []),
    ]),
    { ink, width: options.width ?? DEFAULT_WIDTH },
  );
  return ink.finish(`${table}\n`);
}

/** A list, and whether it is what its source says now. */
export interface ListedAssetList extends AssetList {
  readonly inForce: boolean;
}

/** `portreeve assets sources`: the lists, in the order given. */
export function renderAssetLists(
  lists: readonly ListedAssetList[],
  format: Format,
  options: TextOptions,
): string {
  if (format === "json") return jsonText({ schemaVersion: 1, rows: lists.map(listJson) });
  if (lists.length === 0) return `${NO_LISTS}\n`;
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const day = (at: Instant) => zonedTime(at, options.zone).date;
  const table = renderTable(
    [
      { title: "LIST", align: "right", keep: true },
      { title: "SOURCE" },
      { title: "FROM", keep: true },
      { title: "IN FORCE", keep: true },
      { title: "HOSTS", align: "right", keep: true },
      { title: "IMPORTED", keep: true, spare: true },
      { title: "BY", spare: true },
      { title: "FILE" },
    ],
    lists.map((list) => [
      String(list.id),
      list.source,
      day(list.date),
      list.inForce ? "yes" : "superseded",
      formatCount(list.count),
      formatInstant(list.importedAt, options.zone),
      list.operator,
      list.file,
    ]),
    { ink, width: options.width ?? DEFAULT_WIDTH },
  );
  return ink.finish(`${table}\n`);
}

export const NO_LISTS = "No asset list yet. The first one: portreeve assets import FILE.csv";
