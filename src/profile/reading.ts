import type { ProfileLine } from "../facts/finding.js";
import type { Problem } from "./problem.js";
import type { YamlFile, YamlPath } from "./yamlFile.js";

/** One reading of a profile: where things stand in it, and what was found wrong so far. */
export interface Reading {
  readonly file: string;
  readonly lineOf: (path: YamlPath) => ProfileLine;
  readonly complain: (path: YamlPath, message: string) => void;
  /** Like `complain`, but about the key that `path` ends in. */
  readonly complainOfKey: (path: YamlPath, message: string) => void;
  readonly problems: readonly Problem[];
}

/** Begins a reading of `yaml`, which is called `file` in messages. */
export function beginReading(file: string, yaml: YamlFile): Reading {
  const problems: Problem[] = [];
  return {
    file,
    lineOf: (path) => ({ file, line: yaml.locate(path).line }),
    complain: (path, message) => problems.push({ ...yaml.locate(path), message }),
    complainOfKey: (path, message) => problems.push({ ...yaml.locateKey(path), message }),
    problems,
  };
}

/** One value or a list of them, as a list with the path of each. */
export function listWithPaths<T>(
  value: T | readonly T[],
  path: YamlPath,
): readonly { readonly item: T; readonly path: YamlPath }[] {
  if (!Array.isArray(value)) return [{ item: value as T, path }];
  return value.map((item: T, index) => ({ item, path: [...path, index] }));
}
