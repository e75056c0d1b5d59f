/** `portreeve assets import`: from a file to a list in force. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { parseMap } from "../assets/assetMap.js";
import { type DecodedText, decodeText } from "../assets/decode.js";
import type { NetboxList } from "../assets/netbox.js";
import type { Asset, AssetList } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";
import { type AssetImport, renderAssetImport } from "../report/assetImport.js";
import { zonedTime } from "../report/time.js";
import { quoteText } from "../scope/quoteText.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { matchAssets } from "./assetMatching.js";
import { operatorOf } from "./auditRun.js";
import { printDocument, printMessage } from "./output.js";
import { readInput } from "./readInput.js";
import type { Session } from "./session.js";

export interface AssetImportOptions {
  readonly map?: string;
  readonly date?: string;
  readonly source: string;
  readonly realm?: string;
  readonly encoding?: string;
  readonly operator?: string;
  readonly dryRun?: boolean;
  readonly format: "text" | "json";
}

const MOST_BYTES = 64 << 20;

/** Reads the file, keeps it, and says what was read and what matches nothing. */
export async function importAssets(
  file: string,
  options: AssetImportOptions,
  session: Session,
): Promise<void> {
  const name = file === "-" ? "standard input" : file;
  const source = readName("--source", options.source);
  const realm = options.realm === undefined ? null : readName("--realm", options.realm);
  const map = options.map === undefined ? {} : { map: parseMap(options.map) };
  const now = Date.now();
  const date = startOf(options.date ?? zonedTime(now, session.zone).date, session.zone, now);
  const bytes = readInput(file, MOST_BYTES);
  const { text, encoding } = decode(bytes, name, options);

  const { parseAssets } = await import("../assets/parse.js");
  // A file that is refused makes no database.
  let store = existsSync(session.database.path) ? openTo(options.dryRun ? "read" : "write", session) : null;
  try {
    const parsed = parseAssets(text, name, { ...map, realm, knownRealms: realmsOf(store, session) });
    if (!options.dryRun) store ??= openTo("write", session);
    const kept = keep(options.dryRun ? null : store, store?.assetLists() ?? [], parsed.assets, {
      ...{ source, date, importedAt: now, operator: operatorOf(options.operator), file: name },
      hash: createHash("sha256").update(bytes).digest("hex"),
    });
    const matching = store === null ? null : matchAssets(parsed.assets, store.knownHosts({}));
    const done = { ...parsed, file: name, encoding, shape: shapeOf(parsed.netbox), ...kept, matching };
    printDocument(renderAssetImport(done, options.format, { zone: session.zone, ...session.look }));
  } finally {
    store?.close();
  }
}

function decode(bytes: Uint8Array, name: string, { encoding }: AssetImportOptions): DecodedText {
  const decoded = decodeText(bytes, name, encoding);
  if (decoded.guessed) {
    printMessage(
      `warning: ${quoteText(name)} is not UTF-8 and was read as ${decoded.encoding}; --encoding says otherwise`,
    );
  }
  return decoded;
}

function shapeOf(netbox: NetboxList | null): string | null {
  if (netbox === null) return null;
  return netbox === "hosts" ? "NetBox's devices or machines" : "NetBox's IP addresses";
}

/** Keeps the list, where there is a store to keep it in, and says which others of its source it meets. */
function keep(
  store: Store | null,
  lists: readonly AssetList[],
  assets: readonly Asset[],
  draft: Omit<AssetList, "id" | "count">,
): Pick<AssetImport, "list" | "known" | "supersedes" | "supersededBy"> {
  const list = store?.addAssets(draft, assets) ?? null;
  const others = lists.filter(({ id, source }) => source === draft.source && id !== list?.id);
  return {
    list,
    known: lists.some(({ id }) => id === list?.id),
    supersedes: newest(others.filter(({ date }) => date <= draft.date)),
    supersededBy: newest(others.filter(({ date }) => date > draft.date)),
  };
}

function openTo(mode: "read" | "write", { database }: Session): Store {
  return openStore(database.path, { mode, ...(mode === "write" ? { owner: database.owner } : {}) });
}

/** Realms that audits of the configuration and runs of the database have. */
function realmsOf(store: Store | null, { config }: Session): string[] {
  const settings = [config.settings, ...config.audits.values()];
  const named = settings.flatMap(({ realm }) => realm ?? []);
  const run = store?.listRuns().map((each) => each.realm) ?? [];
  return [...new Set([...named, ...run])];
}

/** A word that is shown in lists. */
function readName(option: string, text: string): string {
  if (/^[^\s\p{C}]{1,100}$/u.test(text)) return text;
  throw new PortreeveError("usage", `${option} ${quoteText(text)} is no name`, {
    hint: "write one word of at most 100 characters",
  });
}

/** The newest by date, of one day the last imported. */
export function newest(lists: readonly AssetList[]): AssetList | null {
  return lists.toSorted((a, b) => b.date - a.date || b.id - a.id)[0] ?? null;
}

const DAY_MS = 86_400_000;

/** The first moment of a day that has begun. */
function startOf(day: string, zone: string, now: Instant): Instant {
  const end = endOfDay(day, zone);
  if (end === null) {
    throw new PortreeveError("usage", `--date ${quoteText(day)} is no date`, {
      hint: "write it as 2026-11-25",
    });
  }
  const before = new Date(Date.parse(`${day}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
  const start = (endOfDay(before, zone) ?? end - DAY_MS) + 1;
  if (start <= now) return start;
  throw new PortreeveError("usage", `--date ${day} has not come yet`, {
    hint: "a list holds from the day it was made: import it on that day",
  });
}
