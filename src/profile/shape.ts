import type { z } from "zod";
import { knownKeys } from "./knownKeys.js";
import { nearKey, suggestWord } from "./nearWord.js";
import { type Position, plainText } from "./problem.js";
import { IncludedFileSchema, type ProfileContent, ProfileFileSchema } from "./schema.js";
import type { YamlFile } from "./yamlFile.js";

type Issue = z.core.$ZodIssue;

interface ShapeProblem extends Position {
  readonly message: string;
  /** The path of a key that does not stand where it must. */
  readonly missing?: readonly PropertyKey[];
  /** The path of the key that an unknown one was probably meant to be. */
  readonly meant?: readonly PropertyKey[];
}

/** Checks a file's value against the schema: the file as data, or every problem with its place. */
export function checkShape(
  yaml: YamlFile,
  { isIncluded }: { readonly isIncluded: boolean },
):
  | { readonly content: ProfileContent; readonly problems: null }
  | { readonly content: null; readonly problems: readonly ShapeProblem[] } {
  const checked = (isIncluded ? IncludedFileSchema : ProfileFileSchema).safeParse(yaml.value);
  if (checked.success) return { content: checked.data, problems: null };
  const problems = checked.error.issues.flatMap((issue) => explainIssue(issue, [], yaml));
  // A key that is misspelt is not told a second time as missing.
  const meant = new Set(problems.map((problem) => JSON.stringify(problem.meant)));
  return {
    content: null,
    problems: problems.filter(({ missing }) => missing === undefined || !meant.has(JSON.stringify(missing))),
  };
}

function explainIssue(issue: Issue, above: readonly PropertyKey[], yaml: YamlFile): ShapeProblem[] {
  const path = [...above, ...issue.path];
  const key = path.at(-1);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => explainUnknownKey(unknown, path, yaml));
    case "invalid_key": {
      const why = issue.issues.map((inner) => inner.message).join("; ");
      return [{ ...yaml.locateKey(path), message: `\`${plainText(String(key))}\`: ${why}` }];
    }
    case "invalid_union": {
      // The branch that fits the kind of value that stands there tells what is really wrong.
      const there = valueAt(yaml.value, path);
      const branch = issue.errors.find((issues) => !issues.some((inner) => isWrongKind(inner, there)));
      if (branch !== undefined) return branch.flatMap((inner) => explainIssue(inner, path, yaml));
      break;
    }
  }
  const value = valueAt(yaml.value, path);
  if (value === undefined && key !== undefined) {
    const why = MISSING[String(key)] ?? "";
    const message = `\`${plainText(String(key))}\` is missing here${why}`;
    return [{ ...yaml.locate(path), message, missing: path }];
  }
  const what = typeof key === "string" ? `\`${plainText(key)}\`: ` : "";
  if (path.length === 0)
    return [{ ...yaml.locate(path), message: "a profile is a map that begins with `version: 1`" }];
  return [{ ...yaml.locate(path), message: `${what}${describeIssue(issue, value)}` }];
}

function explainUnknownKey(unknown: string, path: readonly PropertyKey[], yaml: YamlFile): ShapeProblem {
  const near = nearKey(unknown, knownKeys(path));
  const told = { ...yaml.locateKey([...path, unknown]), message: `unknown key \`${plainText(unknown)}\`` };
  if (near === null) return told;
  return { ...told, message: `${told.message}; did you mean \`${near}\`?`, meant: [...path, near] };
}

/** What is told of a key that must stand and does not, where the bare word would not do. */
const MISSING: Readonly<Record<string, string>> = {
  expires: ": an exception has a last day, such as `expires: 2026-03-31`",
  match: ": an exception says for which hosts it is",
  owner: ": somebody answers for an exception",
  reason: ": an exception says why",
};

/** Whether the issue says that `value` as a whole is of another kind than this branch wants. */
function isWrongKind(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  switch (issue.code) {
    case "invalid_type":
      return true;
    case "invalid_value":
      return typeof value === "object";
    case "invalid_union":
      return issue.errors.every((issues) => issues.some((inner) => isWrongKind(inner, value)));
    default:
      return false;
  }
}

function describeIssue(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `wants ${KINDS[issue.expected] ?? issue.expected}, not ${describeValue(value)}`;
  }
  if (issue.code === "invalid_value" && typeof value === "string") {
    const words = issue.values.filter((word) => typeof word === "string");
    const near = suggestWord(value, words);
    return `${issue.message}, not ${describeValue(value)}${near}`;
  }
  return issue.message;
}

const KINDS: Readonly<Record<string, string>> = {
  object: "a map",
  record: "a map",
  array: "a list",
  string: "text",
};

function describeValue(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  return `\`${plainText(String(value))}\``;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null) return undefined;
    at = Reflect.get(at, part);
  }
  return at;
}
