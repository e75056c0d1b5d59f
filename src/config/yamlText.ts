/**
 * YAML text to a plain value, with the place of every key and value kept, so that a message can say
 * `portreeve.yaml:3:5`. Everything that makes YAML treacherous ends in a clear error here: tabs, keys given
 * twice, unknown tags, several documents, alias bombs, nesting without end.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";

/** A place in a file, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export type KeyPath = readonly PropertyKey[];

export interface YamlText {
  readonly value: unknown;
  /** Where the value at `path` starts; the nearest parent that exists if there is none. */
  readonly placeOf: (path: KeyPath) => Place;
  /** Where the key `key` of the map at `path` stands. */
  readonly placeOfKey: (path: KeyPath, key: string) => Place;
}

/** Aliases may be used, but their expansion may not grow past this many nodes (yaml's own default). */
const MAX_ALIASES = 100;

/**
 * Parses one YAML 1.2 document. `file` names it in messages.
 * Throws a `usage` error whose message has a line `file:line:column: problem` for each problem.
 */
export function parseYamlText(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fail = (problems: readonly { at: Place; problem: string }[]): never => {
    throw new PortreeveError(
      "usage",
      problems.map(({ at, problem }) => `${file}:${at.line}:${at.column}: ${problem}`).join("\n"),
      { hint: "The file is YAML: blanks for indentation, one `key: value` a line." },
    );
  };

  const document = parseBounded(text, lines, () =>
    fail([{ at: { line: 1, column: 1 }, problem: "is nested too deeply to be read" }]),
  );
  const broken = [...document.errors, ...document.warnings]
    .sort((a, b) => a.pos[0] - b.pos[0])
    .map((error) => ({ at: place(error.pos[0]), problem: sayYamlProblem(error, text) }));
  visit(document, {
    Pair(_, pair) {
      if (isScalar(pair.key)) return;
      const offset = (pair.key as Node | null)?.range?.[0] ?? 0;
      broken.push({ at: place(offset), problem: "a key must be a plain word" });
    },
  });
  if (broken.length > 0) return fail(broken);

  const root = document.contents as Node | null;
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const nodeAt = (path: KeyPath): { node: unknown; offset: number } => {
    let node: unknown = root;
    let offset = root?.range?.[0] ?? 0;
    for (const step of path) {
      const parent = resolve(node);
      const child = isMap(parent) || isSeq(parent) ? parent.get(step, true) : undefined;
      if (child === undefined) break;
      node = child;
      offset = (child as Node | null)?.range?.[0] ?? offset;
    }
    return { node: resolve(node), offset };
  };

  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const problem = message.startsWith("Excessive alias")
      ? "its aliases (`*name`) unfold to far too much"
      : message.startsWith("Unresolved alias")
        ? `the alias *${message.split(": ").pop()} has no anchor before it; quote the value if it is no alias`
        : `cannot be read: ${message}`;
    return fail([{ at: firstAlias(document, place), problem }]);
  }

  return {
    value,
    placeOf: (path) => place(nodeAt(path).offset),
    placeOfKey: (path, key) => {
      const { node, offset } = nodeAt(path);
      const pair = isMap(node)
        ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
        : undefined;
      const keyNode = pair?.key as Node | undefined;
      return place(keyNode?.range?.[0] ?? offset);
    },
  };
}

function parseBounded(text: string, lineCounter: LineCounter, tooDeep: () => never) {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  } catch (error) {
    if (error instanceof RangeError) return tooDeep();
    throw error;
  }
}

function sayYamlProblem({ code, message, pos }: YAMLError, text: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "a tab indents this line; YAML takes blanks only";
    case "DUPLICATE_KEY":
      return `the key ${quoteText(text.slice(pos[0]).split(/\s*:/, 1)[0] ?? "")} is given twice`;
    case "MULTIPLE_DOCS":
      return "a second document starts here (`---`); the file must hold one";
    case "TAG_RESOLVE_FAILED":
      return `unknown tag: ${message.replace(/^Unresolved tag: /, "")}`;
    case "BAD_ALIAS":
      return "`*` and `&` start an alias or an anchor; quote the value";
    case "BAD_INDENT":
    case "MISSING_CHAR":
      if (/flow|quote/i.test(message)) return `something before this is not closed: ${lowerFirst(message)}`;
      return lowerFirst(message);
    default:
      return lowerFirst(message);
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function firstAlias(document: ReturnType<typeof parseDocument>, place: (offset: number) => Place): Place {
  let at: Place = { line: 1, column: 1 };
  visit(document, {
    Alias(_, alias) {
      at = place(alias.range?.[0] ?? 0);
      return visit.BREAK;
    },
  });
  return at;
}
