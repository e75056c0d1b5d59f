/**
 * One line of a file of examples: `HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD`, and after `#` a comment. A
 * full-width colon, as Chinese keyboards give it, is a colon too.
 */
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { Port } from "../facts/port.js";
import { explainBadAddress, tryParseAddress } from "../scope/address.js";
import { countPorts, listPorts } from "../scope/portSet.js";
import { parseTargetName } from "../scope/targetName.js";
import { endOfDay } from "./endOfDay.js";
import { suggestWord } from "./nearWord.js";
import { readPorts } from "./portList.js";
import { plainText } from "./problem.js";

export const EXAMPLE_WORDS = [
  "required",
  "allowed",
  "forbidden",
  "review",
  "unlisted",
  "unreviewed",
  "accepted",
] as const;
/** What an example says of a port. */
export type ExampleWord = (typeof EXAMPLE_WORDS)[number];

/** What one line says. */
export interface ExampleLine {
  /** One of `address` and `name` is null. */
  readonly address: Address | null;
  /** Lower case, to be resolved. */
  readonly name: string | null;
  readonly port: Port;
  /** Null: the vantage that the caller takes where none is named. */
  readonly vantage: string | null;
  /** The day on which exceptions are asked, `YYYY-MM-DD`; null: now. */
  readonly on: string | null;
  readonly expected: ExampleWord;
}

/** A mistake in a line, and where; the column counts from 1. */
export interface LineProblem {
  readonly column: number;
  readonly message: string;
}

interface Token {
  readonly text: string;
  readonly column: number;
}

const FORM = "HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD";

/** Reads a line. Null where it holds nothing but blanks and a comment. `vantages`: those that may be named; none: any. */
export function readExampleLine(
  line: string,
  vantages: readonly string[],
): ExampleLine | readonly LineProblem[] | null {
  const text = line.replace(/(^|\s)#.*$/su, "").replaceAll("：", ":");
  const [host, ...others] = tokensOf(text);
  if (host === undefined) return null;
  const afterHost = host.column - 1 + host.text.length;
  const colon = text.lastIndexOf(":");
  if (colon < afterHost) return [missingColon(host, others, text)];
  const problems: LineProblem[] = [];
  const complain = ({ column }: Pick<Token, "column">, message: string) => problems.push({ column, message });
  const [portToken, ...clauses] = tokensOf(text.slice(0, colon), afterHost);
  const found = readHost(host, complain);
  const port = portToken === undefined ? null : readPort(portToken, complain);
  if (portToken === undefined) complain({ column: colon + 1 }, "a port is missing here, such as 22/tcp");
  const { vantage, on } = readClauses(clauses, vantages, complain);
  const expected = readWord(tokensOf(text, colon + 1), colon, complain);
  if (problems.length > 0 || port === null || expected === null) return problems;
  return { ...found, port, vantage, on, expected };
}

type Complain = (at: Pick<Token, "column">, message: string) => void;

/** The words of `text` from `start` on, with their columns. */
function tokensOf(text: string, start = 0): Token[] {
  return [...text.slice(start).matchAll(/\S+/gu)].map((match) => ({
    text: match[0],
    column: start + match.index + 1,
  }));
}

function missingColon(host: Token, others: readonly Token[], text: string): LineProblem {
  const column = text.trimEnd().length + 1;
  if (host.text.endsWith(":") && others.length > 0) {
    const port = { column: host.column + host.text.length - 1 };
    return { ...port, message: "a port is missing before the colon, such as 22/tcp" };
  }
  return { column, message: `a colon and a word are missing here: an example is ${FORM}` };
}

function readHost(token: Token, complain: Complain): Pick<ExampleLine, "address" | "name"> {
  const address = tryParseAddress(token.text);
  if (address !== null) return { address, name: null };
  const shown = plainText(token.text);
  if (token.text.includes("/")) {
    complain(token, `\`${shown}\` is no host: an example is about one address or name`);
  } else if (/^[\d.]+$|:/.test(token.text)) {
    const { why, hint } = explainBadAddress(token.text);
    complain(token, `\`${shown}\` is no address: ${why}; ${hint}`);
  } else {
    try {
      return { address: null, name: parseTargetName(token.text) };
    } catch (error) {
      if (!(error instanceof PortreeveError)) throw error;
      complain(token, error.hint === null ? error.message : `${error.message}; ${error.hint}`);
    }
  }
  return { address: null, name: null };
}

function readPort(token: Token, complain: Complain): Port | null {
  const read = readPorts(token.text, new Map());
  if (read.ports === null) {
    complain(token, read.wrong);
    return null;
  }
  const [port] = listPorts(read.ports);
  const isOne = countPorts(read.ports) === 1;
  if (/^\d/.test(token.text)) {
    if (isOne && port !== undefined) return port;
    complain(token, `\`${token.text}\` are several ports: an example is about one`);
  } else {
    // What a service means is the profile's to say: written out, the example says what it is about.
    const hint = isOne && port !== undefined ? `, such as ${port.port}/${port.protocol}` : "";
    complain(token, `\`${token.text}\` is a service: write the port${hint}`);
  }
  return null;
}

function readClauses(
  tokens: readonly Token[],
  vantages: readonly string[],
  complain: Complain,
): Pick<ExampleLine, "vantage" | "on"> {
  const read: Record<"from" | "on", string | null> = { from: null, on: null };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    const word = token.text.toLowerCase();
    if (word !== "from" && word !== "on") {
      const near = suggestWord(word, ["from", "on"]) || "; `from VANTAGE` or `on YYYY-MM-DD` may stand here";
      complain(token, `unknown word \`${plainText(token.text)}\`${near}`);
      // What follows a misspelt word is its value.
      if (near.includes("did you mean")) index++;
      continue;
    }
    const value = tokens[++index];
    if (value === undefined) {
      complain(token, `after \`${word}\` ${word === "from" ? "a vantage" : "a day"} is missing`);
      break;
    }
    if (read[word] !== null) complain(token, `\`${word}\` stands twice`);
    read[word] = value.text;
    if (word === "from") checkVantage(value, vantages, complain);
    else checkDay(value, complain);
  }
  return { vantage: read.from, on: read.on };
}

function checkVantage(token: Token, vantages: readonly string[], complain: Complain): void {
  if (vantages.length === 0 || vantages.includes(token.text)) return;
  const near = suggestWord(token.text, vantages) || `; the profile has ${vantages.join(", ")}`;
  complain(token, `unknown vantage \`${plainText(token.text)}\`${near}`);
}

function checkDay(token: Token, complain: Complain): void {
  if (endOfDay(token.text, "UTC") !== null) return;
  complain(token, `\`${plainText(token.text)}\` is no day: write it as 2026-03-31`);
}

function readWord(tokens: readonly Token[], colon: number, complain: Complain): ExampleWord | null {
  const [token, extra] = tokens;
  const known = EXAMPLE_WORDS.join(", ");
  if (token === undefined) {
    complain({ column: colon + 2 }, `a word is missing after the colon: one of ${known}`);
    return null;
  }
  if (extra !== undefined) complain(extra, `one word ends an example; a comment begins with \`#\``);
  const word = EXAMPLE_WORDS.find((each) => each === token.text.toLowerCase());
  if (word !== undefined) return word;
  const near = suggestWord(token.text, EXAMPLE_WORDS) || `; it is one of ${known}`;
  complain(token, `unknown word \`${plainText(token.text)}\`${near}`);
  return null;
}
