/**
 * YAML 1.2 with positions: a file's value, and where each part of it stands, so that a complaint about the value
 * can name a line and a column. Everything that is wrong in form is told here; what it means is `parse.ts`.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from "yaml";
import { type Position, type Problem, plainText, profileError } from "./problem.js";

export type YamlPath = readonly PropertyKey[];

export interface YamlFile {
  readonly value: unknown;
  /** Where the value at `path` starts; the nearest part that exists where it does not. */
  readonly locate: (path: YamlPath) => Position;
  /** Where the last key of `path` starts. */
  readonly locateKey: (path: YamlPath) => Position;
}

/** How often aliases may be followed in all; a page of nested aliases ("billion laughs") is refused by it. */
const ALIAS_LIMIT = 1000;

/** The parser notices these a line early or late; its own words ("implicit keys") help nobody. */
const BAD_LAYOUT =
  "look at the indentation of this line and its neighbours, at brackets left open, and at text that holds `: ` without quotes";
const TOO_DEEP = "the YAML is nested too deeply";

/** Reads `text`. Throws `usage` naming `file`, line and column: syntax, tabs, duplicate or unfit keys, too many aliases. */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseText(text, file, lines);
  const problems = [...syntaxProblems(document, text, at)];
  if (document.contents !== null) collectKeyProblems(document.contents, at, problems);
  if (problems.length > 0) throw profileError(file, problems);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    throw profileError(file, [
      { line: 1, column: 1, message: "the profile is empty; start with `version: 1`" },
    ]);
  }
  return {
    value: toValue(document, file),
    locate: (path) => at(offsetOf(document, path)),
    locateKey: (path) => at(keyOffsetOf(document, path)),
  };
}

function parseText(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, version: "1.2", prettyErrors: false, logLevel: "error" });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw profileError(file, [{ line: 1, column: 1, message: TOO_DEEP }]);
  }
}

function* syntaxProblems(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Position,
): Generator<Problem> {
  if (document.directives?.yaml.version !== undefined && document.directives.yaml.version !== "1.2") {
    yield { line: 1, column: 1, message: "profiles are YAML 1.2; take the %YAML line out" };
  }
  // A tab confuses the parser about every line after it: tell of the tabs alone.
  const tabs = document.errors.length > 0 ? [...tabIndents(text)] : [];
  if (tabs.length > 0) {
    yield* tabs;
    return;
  }
  for (const error of [...document.errors, ...document.warnings]) {
    const [from, to] = error.pos;
    yield {
      ...at(from),
      message: explainSyntax(error.code, error.message, text.slice(from, Math.max(to, from + 80))),
    };
  }
}

function* tabIndents(text: string): Generator<Problem> {
  let line = 0;
  for (const content of text.split("\n")) {
    line++;
    const tab = /^ *\t/.exec(content);
    if (tab !== null && content.trim() !== "" && !content.trim().startsWith("#")) {
      yield { line, column: tab[0].length, message: "the line is indented with a tab; YAML wants spaces" };
    }
  }
}

function explainSyntax(code: string, message: string, source: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return `the key \`${plainText(/^[^:\s]+/.exec(source)?.[0] ?? "?")}\` stands here a second time`;
    case "TAB_AS_INDENT":
      return "the line is indented with a tab; YAML wants spaces";
    case "BAD_INDENT":
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return `not valid YAML: ${BAD_LAYOUT}`;
    case "MULTIPLE_DOCS":
      return "a profile is one YAML document; take out the second `---`";
    case "TAG_RESOLVE_FAILED":
      return `the tag \`${plainText(/^\S+/.exec(source)?.[0] ?? "!")}\` has no place in a profile`;
    default:
      if (message === "Maximum call stack size exceeded") return TOO_DEEP;
      return `not valid YAML: ${plainText(message, 160)}`;
  }
}

/** Keys that no profile may have: those that JavaScript objects give a meaning of their own, and those that are no text. */
const REFUSED_KEYS = new Set(["__proto__", "constructor", "prototype"]);

function collectKeyProblems(root: Node, at: (offset: number) => Position, problems: Problem[]): void {
  const queue: unknown[] = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (isSeq(node)) for (const item of node.items) if (item !== null) queue.push(item);
    if (!isMap(node)) continue;
    for (const { key, value } of node.items) {
      if (value !== null && value !== undefined) queue.push(value);
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key) || (typeof key.value !== "string" && typeof key.value !== "number")) {
        problems.push({ ...at(offset), message: "a key must be a plain word" });
      } else if (REFUSED_KEYS.has(String(key.value))) {
        problems.push({ ...at(offset), message: `the key \`${key.value}\` is refused` });
      } else if (key.value === "<<") {
        problems.push({ ...at(offset), message: "merge keys (`<<`) are no part of YAML 1.2; use `extends`" });
      }
    }
  }
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIAS_LIMIT });
  } catch (cause) {
    if (cause instanceof ReferenceError || cause instanceof RangeError) {
      const message = cause.message.startsWith("Excessive alias count")
        ? `aliases are followed more than ${ALIAS_LIMIT} times; write the entries out`
        : plainText(cause.message, 160);
      throw profileError(file, [{ line: 1, column: 1, message }]);
    }
    throw cause;
  }
}

/** Follows `path`, through aliases; stops at the last part that exists. */
function walk(
  document: Document.Parsed,
  path: YamlPath,
): { value: Node | null; key: Node | null; complete: boolean } {
  let value: unknown = document.contents;
  let key: Node | null = null;
  for (const part of path) {
    const inside: unknown = isAlias(value) ? value.resolve(document) : value;
    if (isMap(inside)) {
      const pair = inside.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined || !isNode(pair.key))
        return { value: isNode(value) ? value : null, key, complete: false };
      key = pair.key;
      value = isNode(pair.value) ? pair.value : pair.key;
    } else if (isSeq(inside)) {
      const item = inside.items[Number(part)];
      if (!isNode(item)) return { value: isNode(value) ? value : null, key, complete: false };
      key = null;
      value = item;
    } else {
      return { value: isNode(value) ? value : null, key, complete: false };
    }
  }
  return { value: isNode(value) ? value : null, key, complete: true };
}

function offsetOf(document: Document.Parsed, path: YamlPath): number {
  return walk(document, path).value?.range?.[0] ?? 0;
}

function keyOffsetOf(document: Document.Parsed, path: YamlPath): number {
  const found = walk(document, path);
  return (found.complete && found.key !== null ? found.key : found.value)?.range?.[0] ?? 0;
}
