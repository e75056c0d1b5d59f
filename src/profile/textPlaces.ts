/**
 * Where in a profile's text a new exception may stand, the likeliest place first. Only places are found here, by the
 * positions that the parser tells; whether the result means what it should is checked by whoever asks (addException.ts).
 */
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { exceptionInFlow, exceptionLines, type NewException } from "./exceptionText.js";

/** `text` takes the place of what stands from `from` to `to`. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const KEY = "exceptions";

/** The whole text with the exception in it, once for each place. */
export function* placements(text: string, exception: NewException): Generator<string> {
  const document = parseDocument(text, { version: "1.2", logLevel: "silent" });
  const edits = (list: readonly Edit[]) => applyEdits(text, list);
  const root = document.contents;
  if (root === null) yield* appended(text, null, document.range[1], exception).map(edits);
  if (!isMap<Node, Node | null>(root)) return;
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === KEY);
  const value = pair?.value;
  if (pair === undefined) {
    if (root.flow) yield edits(afterLastPair(text, root, exception));
    else yield* appended(text, root, document.range[1], exception).map(edits);
  } else if (isSeq<Node>(value) && !value.flow) {
    yield* afterLastItem(text, value, exception).map(edits);
  } else if (isSeq<Node>(value)) {
    if (value.items.length === 0 && !root.flow) yield edits(underKey(text, root, pair, exception));
    yield edits(intoFlow(text, value, exceptionInFlow(exception, root.flow === true)));
  } else if (!root.flow) {
    yield edits(underKey(text, root, pair, exception));
  } else if (isScalar(value)) {
    const put = `[${exceptionInFlow(exception, true)}]`;
    yield edits([{ from: startOf(value), to: endOf(value), text: put }]);
  }
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { from, to, text: put } of edits.toSorted((a, b) => b.from - a.from)) {
    result = result.slice(0, from) + put + result.slice(to);
  }
  return result;
}

/** A block list: after its last item and what is remarked about that one, or straight after the item's last line. */
function afterLastItem(text: string, list: YAMLSeq<Node>, exception: NewException): Edit[][] {
  const dash = columnAt(text, startOf(list));
  const end = lineAfter(text, endOf(list.items.at(-1) ?? list));
  const lines = exceptionLines(exception, dash);
  const spaced = hasBlankLines(text, list) ? ["", ...lines] : lines;
  return [afterRemarks(text, end, dash), end].map((at) => [insertLines(text, at, spaced)]);
}

/** Past the comment lines that are indented deeper than the dash: they belong to the item above them. */
function afterRemarks(text: string, start: number, dash: number): number {
  let at = start;
  for (;;) {
    const remark = /^( *)#[^\n]*(\n|$)/.exec(text.slice(at));
    if (remark === null || (remark[1] ?? "").length <= dash) return at;
    at += remark[0].length;
  }
}

/** Whether people put a blank line between the last two items. */
function hasBlankLines(text: string, { items }: YAMLSeq<Node>): boolean {
  const [before, last] = items.slice(-2);
  if (before === undefined || last === undefined) return false;
  return /(^|\n)[ \t]*\r?\n/.test(text.slice(lineAfter(text, endOf(before)), startOf(last)));
}

/** `exceptions:`, `exceptions: []`, `exceptions: ~`: a block list takes the place of what is nothing. */
function underKey(
  text: string,
  root: YAMLMap<Node, Node | null>,
  { key, value }: Pair<Node, Node | null>,
  exception: NewException,
): Edit[] {
  const column = columnAt(text, startOf(key));
  const lines = exceptionLines(exception, column + listIndent(text, root));
  const from = value === null ? endOf(key) : startOf(value);
  const to = value === null ? from : endOf(value);
  const blanks = /[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  const removed = from === to ? [] : [{ from: from - blanks, to, text: "" }];
  return [...removed, insertLines(text, lineAfter(text, from === to ? endOf(key) : to), lines)];
}

/** No key yet: at the end of the file, a blank line before it; where that would change a text, without it; before a `...` line. */
function appended(
  text: string,
  root: YAMLMap<Node, Node | null> | null,
  documentEnd: number,
  exception: NewException,
): Edit[][] {
  const column = root === null ? 0 : columnAt(text, startOf(root));
  const lines = [
    `${" ".repeat(column)}${KEY}:`,
    ...exceptionLines(exception, column + listIndent(text, root)),
  ];
  return [text.length, lineAfter(text, documentEnd)].flatMap((at) => {
    const hasBlank = /(^|\n)[ \t]*\r?\n$/.test(text.slice(0, at));
    return [hasBlank ? lines : ["", ...lines], lines].map((each) => [insertLines(text, at, each)]);
  });
}

/** How far the file's own lists stand in from their keys; two columns where it has none. */
function listIndent(text: string, root: YAMLMap<Node, Node | null> | null): number {
  for (const { key, value } of root?.items ?? []) {
    if (isSeq(value) && !value.flow) return columnAt(text, startOf(value)) - columnAt(text, startOf(key));
  }
  return 2;
}

/** A file in braces, as JSON is, without the key. */
function afterLastPair(text: string, root: YAMLMap<Node, Node | null>, exception: NewException): Edit[] {
  const last = root.items.at(-1);
  const first = root.items[0]?.key;
  const isJson = isScalar(first) && first.type === "QUOTE_DOUBLE";
  const item = `${isJson ? `"${KEY}"` : KEY}: [${exceptionInFlow(exception, true)}]`;
  return inBrackets(text, root, isNode(last?.key) ? last.key : null, last?.value ?? last?.key ?? null, item);
}

function intoFlow(text: string, list: YAMLSeq<Node>, item: string): Edit[] {
  const last = list.items.at(-1) ?? null;
  return inBrackets(text, list, last, last, item);
}

/**
 * An item more in `[…]` or `{…}`: on the line of the last one, or on a line of its own where the brackets stand apart.
 * A remark behind the last item stays behind it.
 */
function inBrackets(
  text: string,
  collection: Node,
  lastStart: Node | null,
  lastEnd: Node | null,
  item: string,
): Edit[] {
  const close = endOf(collection) - 1;
  if (lastStart === null || lastEnd === null) return [insertAt(close, item)];
  const end = endOf(lastEnd);
  const comma = end + commaIn(text.slice(end, close));
  const hasComma = comma >= end;
  const after = hasComma ? comma + 1 : end;
  if (!text.slice(after, close).includes("\n")) {
    return [insertAt(after, hasComma ? ` ${item},` : `, ${item}`)];
  }
  const line = " ".repeat(columnAt(text, startOf(lastStart))) + item + (hasComma ? "," : "");
  return [...(hasComma ? [] : [insertAt(end, ",")]), insertLines(text, lineAfter(text, after), [line])];
}

/** Where the comma stands, remarks apart; before the start where there is none. */
function commaIn(between: string): number {
  const bare = between.replaceAll(/#[^\n]*/g, (remark) => " ".repeat(remark.length));
  const at = bare.indexOf(",");
  return at === -1 ? Number.NEGATIVE_INFINITY : at;
}

function insertAt(at: number, text: string): Edit {
  return { from: at, to: at, text };
}

/** Lines at a line's start, or at the end of a file whose last line has no end (it gets none either). */
function insertLines(text: string, at: number, lines: readonly string[]): Edit {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf("\n");
  const isCrlf = lastBreak === -1 ? text.includes("\r\n") : before[lastBreak - 1] === "\r";
  const lineBreak = isCrlf ? "\r\n" : "\n";
  const body = lines.join(lineBreak);
  return insertAt(at, before === "" || before.endsWith("\n") ? body + lineBreak : lineBreak + body);
}

/** The start of the line after the one that `offset` is in; `offset` itself where it is the start of a line. */
function lineAfter(text: string, offset: number): number {
  if (offset === 0 || text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

function columnAt(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Where the value ends; comments and blanks after it do not count. */
function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}
