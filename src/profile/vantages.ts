import { gatherDefinitions } from "./definitions.js";
import type { Part } from "./include.js";
import { suggestWord } from "./nearWord.js";
import { type Problem, plainText } from "./problem.js";
import type { Vantage } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { YamlPath } from "./yamlFile.js";

/** The names that `from` and its like may use; null where the profile names no vantages, so that any will do. */
export type VantageNames = ReadonlySet<string> | null;

/** Reads `vantages` of all files. */
export function readVantages(parts: readonly Part[]): readonly Vantage[] {
  return [...gatherDefinitions(parts, "vantages", "vantage")].map(([name, { value, path, reading }]) => ({
    name,
    description: typeof value === "string" ? value : (value?.description ?? null),
    line: reading.lineOfKey(path),
  }));
}

/** The names by which `vantages` may be meant. */
export function namesOfVantages(vantages: readonly Vantage[]): VantageNames {
  return vantages.length === 0 ? null : new Set(vantages.map(({ name }) => name));
}

/** What is wrong with a vantage's name; null where nothing is. */
export function explainVantage(name: string, vantages: VantageNames): Problem["message"] | null {
  if (vantages === null || vantages.has(name)) return null;
  return () => {
    const near = suggestWord(name, vantages) || "; name it under `vantages`";
    return `unknown vantage \`${plainText(name)}\`${near}`;
  };
}

/** Reads `from` or `closed_from`: each vantage once. Null where the key does not stand. */
export function readFrom(
  texts: string | readonly string[] | undefined,
  path: YamlPath,
  vantages: VantageNames,
  reading: Reading,
): readonly string[] | null {
  if (texts === undefined) return null;
  for (const { item, path: at } of listWithPaths(texts, path)) {
    const wrong = explainVantage(item, vantages);
    if (wrong !== null) reading.complain(at, wrong);
  }
  return [...new Set([texts].flat())];
}
