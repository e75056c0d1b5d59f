/** Which column holds what: `--map address=IP,id=Name,owner=Tenant`. */
import { PortreeveError } from "../facts/error.js";
import { nearWord } from "../scope/nearWord.js";
import { quoteText } from "../scope/quoteText.js";

export const ASSET_KEYS = [
  "address",
  "id",
  "name",
  "owner",
  "system",
  "tags",
  "realm",
  "nat_inside",
] as const;
/** `nat_inside` is the address behind the row's own one: both are addresses of the inner host. */
export type AssetKey = (typeof ASSET_KEYS)[number];

/** Titles of columns by what they hold. Of `id`, `owner`, `system` and `realm` the first cell that is not empty counts. */
export type AssetMap = Readonly<Partial<Record<AssetKey, readonly string[]>>>;

const EXAMPLE = "write it as --map address=IP,id=Name,owner=Tenant,system=Role,tags=Tags";

/**
 * Reads a map. A key may stand there twice (`address=IPv4,address=IPv6`); titles may hold commas and `=`.
 * @throws PortreeveError `usage`
 */
export function parseMap(text: string): AssetMap {
  const map: Partial<Record<AssetKey, string[]>> = {};
  // A comma ends a title only where another `key=` follows.
  for (const part of text.split(/,(?=\s*[A-Za-z_-]+\s*=)/)) {
    const [, keyText = "", title = ""] = /^([^=]*)=([\s\S]*)$/.exec(part) ?? [];
    const key = readKey(keyText, part);
    if (title.trim() === "") {
      throw new PortreeveError("usage", `--map: ${key} names no column`, { hint: EXAMPLE });
    }
    map[key] = [...(map[key] ?? []), title.trim()];
  }
  return map;
}

function readKey(text: string, part: string): AssetKey {
  const wanted = text.trim().toLowerCase().replaceAll("-", "_");
  const key = ASSET_KEYS.find((known) => known === wanted);
  if (key !== undefined) return key;
  if (!part.includes("=")) {
    throw new PortreeveError("usage", `--map: ${quoteText(part.trim())} has no =`, { hint: EXAMPLE });
  }
  const near = nearWord(wanted, ASSET_KEYS);
  throw new PortreeveError(
    "usage",
    `--map: ${quoteText(text.trim())} is no key${near === null ? "" : `; did you mean ${near}?`}`,
    { hint: `the keys are ${ASSET_KEYS.join(", ")}` },
  );
}
