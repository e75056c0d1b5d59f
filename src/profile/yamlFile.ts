/**
 * YAML 1.2 with positions: a file's value, and where each part of it stands, so that a complaint about the value
 * can name a line and a column. Everything that is wrong in form is told here; what it means is `parse.ts`.
 */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type Position, type Problem, plainText } from "./problem.js";
import { placesOf, type YamlPath } from "./yamlPlaces.js";

export type { YamlPath };

export interface YamlFile {
  /** Null where the file holds nothing. */
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

/** A problem of a file that is known to whoever reads it. */
type FormProblem = Omit<Problem, "file">;

/** Reads `text`, or tells what is wrong: syntax, tabs, duplicate or unfit keys, too many aliases. */
export function readYaml(
  text: string,
):
  | { readonly yaml: YamlFile; readonly problems: null }
  | { readonly yaml: null; readonly problems: readonly FormProblem[] } {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const document = parseText(text, lines);
  if (document === null) return refuse(TOO_DEEP);
  const problems = [...syntaxProblems(document, text, at)];
  if (document.contents !== null) collectKeyProblems(document.contents, at, problems);
  if (problems.length > 0) return { yaml: null, problems };
  const read = toValue(document);
  if (read.wrong !== null) return refuse(read.wrong);
  const { offsetOf, keyOffsetOf } = placesOf(document);
  return {
    yaml: {
      value: read.value,
      locate: (path) => at(offsetOf(path)),
      locateKey: (path) => at(keyOffsetOf(path)),
    },
    problems: null,
  };
}

/** Of what concerns the file as a whole. */
function refuse(message: string): { readonly yaml: null; readonly problems: readonly FormProblem[] } {
  return { yaml: null, problems: [{ line: 1, column: 1, message }] };
}

/** Null where it is nested too deeply for the parser. */
function parseText(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, {
      lineCounter,
      version: "1.2",
      prettyErrors: false,
      logLevel: "error",
      // The parser compares each key with each: `collectKeyProblems` finds a second one of 10,000 in no time.
      uniqueKeys: false,
    });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return null;
  }
}

function* syntaxProblems(
  document: Document.Parsed,
  text: string,
  at: (offset: number) => Position,
): Generator<FormProblem> {
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

function* tabIndents(text: string): Generator<FormProblem> {
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

function collectKeyProblems(root: Node, at: (offset: number) => Position, problems: FormProblem[]): void {
  const queue: unknown[] = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (isSeq(node)) for (const item of node.items) if (item !== null) queue.push(item);
    if (!isMap(node)) continue;
    const keys = new Set<string>();
    for (const { key, value } of node.items) {
      if (value !== null && value !== undefined) queue.push(value);
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      if (!isScalar(key) || (typeof key.value !== "string" && typeof key.value !== "number")) {
        problems.push({ ...at(offset), message: "a key must be a plain word" });
      } else if (REFUSED_KEYS.has(String(key.value))) {
        problems.push({ ...at(offset), message: `the key \`${key.value}\` is refused` });
      } else if (key.value === "<<") {
        problems.push({ ...at(offset), message: "merge keys (`<<`) are no part of YAML 1.2; use `extends`" });
      } else if (keys.has(String(key.value))) {
        const name = plainText(String(key.value));
        problems.push({ ...at(offset), message: `the key \`${name}\` stands here a second time` });
      } else {
        keys.add(String(key.value));
      }
    }
  }
}

function toValue(
  document: Document.Parsed,
): { readonly value: unknown; readonly wrong: null } | { readonly wrong: string } {
  try {
    return { value: document.toJS({ maxAliasCount: ALIAS_LIMIT }), wrong: null };
  } catch (cause) {
    if (!(cause instanceof ReferenceError) && !(cause instanceof RangeError)) throw cause;
    if (cause.message.startsWith("Excessive alias count")) {
      return { wrong: `aliases are followed more than ${ALIAS_LIMIT} times; write the entries out` };
    }
    return {
      wrong: cause.message.startsWith("Maximum call stack") ? TOO_DEEP : plainText(cause.message, 160),
    };
  }
}
