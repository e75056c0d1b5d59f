import type { ProfileLine } from "../facts/finding.js";
import type { Position, Problem } from "./problem.js";
import type { YamlFile, YamlPath } from "./yamlFile.js";

/** One file as it is read: where things stand in it, and where to tell of what is wrong. */
export interface Reading {
  readonly lineOf: (path: YamlPath) => ProfileLine;
  /** The line of the key that `path` ends in. */
  readonly lineOfKey: (path: YamlPath) => ProfileLine;
  readonly complain: (path: YamlPath, message: Problem["message"]) => void;
  /** Like `complain`, but about the key that `path` ends in. */
  readonly complainOfKey: (path: YamlPath, message: Problem["message"]) => void;
}

/** Begins to read the file that is called `file`. What is wrong with it is added to `problems`. */
export function beginReading(file: string, yaml: YamlFile, problems: Problem[]): Reading {
  const tell = (position: Position, message: Problem["message"]) => {
    problems.push({ file, ...position, message });
  };
  return {
    lineOf: (path) => ({ file, line: yaml.locate(path).line }),
    lineOfKey: (path) => ({ file, line: yaml.locateKey(path).line }),
    complain: (path, message) => tell(yaml.locate(path), message),
    complainOfKey: (path, message) => tell(yaml.locateKey(path), message),
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
