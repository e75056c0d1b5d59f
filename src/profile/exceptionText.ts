/** An exception as YAML that a person could have written: plain words where YAML takes them, quotes where it needs them. */
import type { Address } from "../facts/address.js";
import type { FindingRule } from "../facts/finding.js";
import type { Port } from "../facts/port.js";

/** An exception to be: exactly one finding of one host. */
export interface NewException {
  readonly id: string;
  readonly address: Address;
  /** Null: it is about the host itself, and `rules` are rules about hosts. */
  readonly port: Port | null;
  readonly rules: readonly FindingRule[];
  /** The vantages it is for. */
  readonly from: readonly string[];
  /** Null: any realm. */
  readonly realm: string | null;
  readonly owner: string;
  readonly reason: string;
  /** The last day it holds, `YYYY-MM-DD`. */
  readonly expires: string;
  readonly ticket: string | null;
  readonly approvedBy: string | null;
}

/** As the profile's keys, in the order people write them. */
export function exceptionValue(exception: NewException) {
  const { id, address, port, rules, from, realm, owner, reason, ticket, approvedBy, expires } = exception;
  return {
    id,
    match: { address, ...(realm === null ? {} : { realm }) },
    ...(port === null ? {} : { ports: [`${port.port}/${port.protocol}`] }),
    rules: [...rules],
    from: [...from],
    owner,
    reason,
    ...(ticket === null ? {} : { ticket }),
    ...(approvedBy === null ? {} : { approved_by: approvedBy }),
    expires,
  };
}

/** The lines of an item of a block list, its dash `indent` columns in. */
export function exceptionLines(exception: NewException, indent: number): string[] {
  return Object.entries(exceptionValue(exception)).map(([key, value], i) => {
    const text = typeof value === "string" ? blockText(value) : flowText(value);
    return `${" ".repeat(indent)}${i === 0 ? "- " : "  "}${key}: ${text}`;
  });
}

/** The exception on one line, as an item of a `[…]` list; `json` keeps a file of JSON what it is. */
export function exceptionInFlow(exception: NewException, json: boolean): string {
  return json ? jsonOf(exceptionValue(exception)) : flowText(exceptionValue(exception));
}

type Value = string | readonly Value[] | { readonly [key: string]: Value };

function flowText(value: Value): string {
  if (typeof value === "string") return FLOW_WORD.test(value) && !isReserved(value) ? value : quoted(value);
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, item]: [string, Value]) => `${key}: ${flowText(item)}`);
  return `{ ${pairs.join(", ")} }`;
}

function blockText(value: string): string {
  const isPlain = (FLOW_WORD.test(value) || BLOCK_TEXT.test(value)) && !isReserved(value);
  return isPlain ? value : quoted(value);
}

/** Ports, addresses, dates and words that mean nothing else anywhere in YAML. */
const FLOW_WORD =
  /^(\d+\/[a-z]+|\d+(\.\d+){3}|\d{4}-\d\d-\d\d|(?![\u115f\u1160])[\p{L}_][\p{L}\p{M}\p{N}_./@+-]*)$/u;
/** Words with single blanks between them; nothing that is a sign of YAML's, and no colon at all. */
const BLOCK_TEXT = /^[\p{L}_][\p{L}\p{M}\p{N}_./@+()',;%&-]*( [\p{L}\p{M}\p{N}_./@+()',;%&-]+)*$/u;
/** Letters that look like nothing: Hangul fillers. */
const FILLERS = /[\u115f\u1160\u3164\uffa0]/u;

/** Words that readers of YAML 1.2, or of 1.1, take for something else than text. */
function isReserved(text: string): boolean {
  return /^(true|false|null|yes|no|on|off|y|n)$/i.test(text) || FILLERS.test(text);
}

/** What a reader of the file could not see, or what would end the line. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu;

/** In double quotes, every character that cannot be seen written as an escape. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&").replaceAll(UNSEEN, escaped)}"`;
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** JSON that hides nothing; its escapes are by UTF-16 unit. */
function jsonOf(value: Value): string {
  return JSON.stringify(value).replaceAll(UNSEEN, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}
