import type { z } from "zod";
import { suggestWord } from "./nearWord.js";
import { type Problem, plainText } from "./problem.js";
import { knownKeys, type ProfileFile, ProfileFileSchema } from "./schema.js";
import type { YamlFile } from "./yamlFile.js";

type Issue = z.core.$ZodIssue;

/** Checks a file's value against the schema: the file as data, or every problem with its place. */
export function checkShape(
  yaml: YamlFile,
):
  | { readonly file: ProfileFile; readonly problems: null }
  | { readonly file: null; readonly problems: readonly Problem[] } {
  const checked = ProfileFileSchema.safeParse(yaml.value);
  if (checked.success) return { file: checked.data, problems: null };
  const problems = checked.error.issues.flatMap((issue) => explainIssue(issue, [], yaml));
  return { file: null, problems };
}

function explainIssue(issue: Issue, above: readonly PropertyKey[], yaml: YamlFile): Problem[] {
  const path = [...above, ...issue.path];
  const key = path.at(-1);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => ({
        ...yaml.locateKey([...path, unknown]),
        message: `unknown key \`${plainText(unknown)}\`${suggestWord(unknown, knownKeys(path))}`,
      }));
    case "invalid_key": {
      const why = issue.issues.map((inner) => inner.message).join("; ");
      return [{ ...yaml.locateKey(path), message: `\`${plainText(String(key))}\`: ${why}` }];
    }
    case "invalid_union": {
      // The branch that fits the kind of value that stands there tells what is really wrong.
      const branch = issue.errors.find((issues) => !issues.some(isWrongKind));
      if (branch !== undefined) return branch.flatMap((inner) => explainIssue(inner, path, yaml));
      break;
    }
  }
  const value = valueAt(yaml.value, path);
  if (value === undefined && key !== undefined) {
    return [{ ...yaml.locate(path), message: `\`${String(key)}\` is missing here` }];
  }
  const what = typeof key === "string" ? `\`${plainText(key)}\`: ` : "";
  if (path.length === 0)
    return [{ ...yaml.locate(path), message: "a profile is a map that begins with `version: 1`" }];
  return [{ ...yaml.locate(path), message: `${what}${describeIssue(issue, value)}` }];
}

/** Whether the issue says that the whole value is of another kind than this branch wants. */
function isWrongKind(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_union");
}

function describeIssue(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid input")) {
    return `wants ${KINDS[issue.expected] ?? issue.expected}, not ${describeValue(value)}`;
  }
  if (issue.code === "invalid_value" && typeof value === "string") {
    const near = suggestWord(value, issue.values.map(String));
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
