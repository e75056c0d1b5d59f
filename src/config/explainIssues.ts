/** Turns zod's issues into one line each for the person who wrote the file: place, key, what is wrong, near word. */
import type { z } from "zod";
import { quoteText } from "../scope/quoteText.js";
import { didYouMean } from "./nearWord.js";
import { AuditSchema, ConfigSchema } from "./schema.js";
import type { KeyPath, Place, YamlText } from "./yamlText.js";

type Issue = z.core.$ZodIssue;

const TOP_KEYS = Object.keys(ConfigSchema.shape);
const AUDIT_KEYS = Object.keys(AuditSchema.shape);

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of `key: value` lines",
  record: "a block of `name:` entries",
};

/** `file:line:column: problem` for each issue, in the order of the file. */
export function explainIssues(issues: readonly Issue[], yaml: YamlText, file: string): string[] {
  return issues
    .flatMap((issue) => explain(issue, [], yaml))
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .map(({ at, problem }) => `${file}:${at.line}:${at.column}: ${problem}`);
}

function explain(issue: Issue, parent: KeyPath, yaml: YamlText): { at: Place; problem: string }[] {
  const path = [...parent, ...issue.path];
  const at = yaml.placeOf(path);
  const name = nameOf(path);

  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        at: yaml.placeOfKey(path, key),
        problem: `unknown key ${quoteText(key)}${path.length === 0 ? "" : ` in ${name}`}${hintForKey(key, path)}`,
      }));
    case "invalid_union": {
      // The branch that came furthest is the one that was meant: a list with a bad entry rather than no text.
      const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((inner) => inner.path.length));
      const best = issue.errors.reduce((a, b) => (depth(b) > depth(a) ? b : a), issue.errors[0] ?? []);
      if (depth(best) > 0 || best.some((inner) => inner.code !== "invalid_type")) {
        return best.flatMap((inner) => explain(inner, path, yaml));
      }
      const kinds = issue.errors.flat().map((inner) => ("expected" in inner ? kindOf(inner.expected) : ""));
      return [{ at, problem: `${name} must be ${[...new Set(kinds)].join(" or ")}${found(yaml, path)}` }];
    }
    case "invalid_type": {
      const own = issue.message.startsWith("must") ? issue.message : `must be ${kindOf(issue.expected)}`;
      return [{ at, problem: `${name} ${own}${found(yaml, path)}` }];
    }
    case "invalid_value": {
      const words = issue.values.map(String);
      return [
        {
          at,
          problem: `${name} must be one of ${words.join(", ")}${found(yaml, path)}${nearValue(yaml, path, words)}`,
        },
      ];
    }
    case "too_small":
    case "too_big":
      return [{ at, problem: sayLimit(issue, name, found(yaml, path)) }];
    case "invalid_key": {
      const why = issue.issues[0]?.message ?? "is not allowed";
      const key = String(path.at(-1));
      return [
        {
          at: yaml.placeOfKey(path.slice(0, -1), key),
          problem: `the name ${quoteText(key)}${why.startsWith(":") ? "" : " "}${why}`,
        },
      ];
    }
    default: {
      const near =
        path.at(-1) === "time_zone" ? nearValue(yaml, path, Intl.supportedValuesOf("timeZone")) : "";
      return [{ at, problem: sayCustom(issue.message, name, found(yaml, path)) + near }];
    }
  }
}

/** A message of the schema's own goes on after the key's name; one that demands ("must be …") is told what was found. */
function sayCustom(message: string, name: string, value: string): string {
  const said = message.startsWith(":") ? `${name}${message}` : `${name} ${message}`;
  return message.startsWith("must") ? said + value : said;
}

function sayLimit(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  name: string,
  value: string,
): string {
  if (issue.origin === "array") return `${name} is an empty list`;
  if (issue.origin === "string") return `${name} must not be empty`;
  const limit = issue.code === "too_big" ? `at most ${issue.maximum}` : `at least ${issue.minimum}`;
  const percent = name.endsWith("min_coverage`") && issue.code === "too_big" ? "; write 99 % as 0.99" : "";
  return `${name} must be ${limit}${value}${percent}`;
}

function nameOf(path: KeyPath): string {
  let name = "";
  for (const step of path) {
    name += typeof step === "number" ? `[${step + 1}]` : `${name === "" ? "" : "."}${String(step)}`;
  }
  return name === "" ? "the file" : `\`${name}\``;
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected;
}

function hintForKey(key: string, path: KeyPath): string {
  const isAudit = path[0] === "audits" && path.length === 2;
  if (key === "<<") return "; YAML 1.2 has no merge key, write the settings out or set them at the top level";
  if (path.length === 0 && AUDIT_KEYS.includes(key)) return "; it belongs in an audit, under `audits:`";
  if (isAudit && TOP_KEYS.includes(key)) return "; it belongs at the top level of the file";
  return didYouMean(key, isAudit ? AUDIT_KEYS : TOP_KEYS);
}

function valueAt(yaml: YamlText, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    yaml.value,
  );
}

function found(yaml: YamlText, path: KeyPath): string {
  const value = valueAt(yaml, path);
  if (value === undefined) return path.length === 0 ? "" : ", and is missing";
  if (value === null) return ", not empty";
  if (Array.isArray(value)) return ", not a list";
  if (typeof value === "object")
    return path.length === 0 || path.at(-1) === undefined ? "" : ", not a block of keys";
  return typeof value === "string" ? `, not ${quoteText(value)}` : `, not ${String(value)}`;
}

function nearValue(yaml: YamlText, path: KeyPath, words: readonly string[]): string {
  const value = valueAt(yaml, path);
  return typeof value === "string" ? didYouMean(value, words) : "";
}
