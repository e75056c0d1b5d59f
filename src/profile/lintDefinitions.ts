/**
 * Networks, services and templates that nothing names. The profile as it is judged by no longer knows them, so they
 * are looked up in its texts, which are known to be sound.
 */
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { ProfileLine } from "../facts/finding.js";
import type { ProfileText } from "../facts/profileText.js";
import type { BoundProfile } from "./bind.js";
import { type LintRow, warn } from "./lintRow.js";

/** Where definitions stand, what one is called, and the keys under which others name it. */
const SECTIONS = [
  { section: "networks", noun: "network", keys: ["network"] },
  {
    section: "services",
    noun: "service",
    keys: ["port", "ports", "required", "allowed", "forbidden", "high_risk", "services"],
  },
  { section: "templates", noun: "template", keys: ["templates"] },
] as const;

export function lintDefinitions({ profile }: BoundProfile): readonly LintRow[] {
  const uses = new Map<string, Set<string>>();
  const definitions = profile.files.flatMap((file) => readFile(file, uses));
  return definitions.flatMap(({ noun, keys, name, line }) => {
    const isNamed = keys.some((key) => uses.get(key)?.has(name) === true);
    return isNamed ? [] : [warn(line, `the ${noun} \`${name}\` is never named`)];
  });
}

interface Definition {
  readonly noun: string;
  readonly keys: readonly string[];
  readonly name: string;
  readonly line: ProfileLine;
}

function readFile({ name: file, text }: ProfileText, uses: Map<string, Set<string>>): readonly Definition[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: "1.2", logLevel: "silent" });
  const value: unknown = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 1000 });
  noteUses(value, "", null, uses);
  return SECTIONS.flatMap(({ section, noun, keys }) => {
    const definitions = document.get(section, true);
    if (!isMap(definitions)) return [];
    return definitions.items.flatMap(({ key }) => {
      if (!isNode(key) || !isScalar(key) || !key.range) return [];
      const line = { file, line: lines.linePos(key.range[0]).line };
      return [{ noun, keys, name: String(key.value), line }];
    });
  });
}

/**
 * Every text by the key it stands under. Definitions of services name each other under their own names: these count
 * as `services`, unless one names itself (the word then means the well-known service).
 */
function noteUses(value: unknown, key: string, within: string | null, uses: Map<string, Set<string>>): void {
  if (typeof value === "string") {
    if (value === within) return;
    const names = uses.get(key);
    if (names === undefined) uses.set(key, new Set([value]));
    else names.add(value);
  } else if (Array.isArray(value)) {
    for (const item of value) noteUses(item, key, within, uses);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (key === "services") noteUses(inner, key, name, uses);
      else noteUses(inner, name, null, uses);
    }
  }
}
