import { PortreeveError } from "../facts/error.js";
import type { PortRange, PortSet, Protocol } from "../facts/port.js";
import { countPorts, intersectPorts, portSetOf, portSetOfRanges, unionPorts } from "./portSet.js";
import { quoteText } from "./quoteText.js";
import type { ServiceTable } from "./serviceTable.js";

/**
 * nmap's `-p` (its manual, "Port Specification and Scan Order"): numbers, ranges with either end left out,
 * service names with `*` and `?`, `[...]` for "only ports that nmap-services lists", and the letters `T:` and
 * `U:`, which hold until the next letter (within brackets, until they close). Parts before any letter mean
 * every protocol in use: TCP, and UDP where it is asked for or a `U:` stands somewhere.
 *
 * Stricter than nmap: port 0, empty parts, an unclosed bracket and a letter without ports are refused. One
 * defect of nmap 7.93 is not copied: with TCP and UDP in use, `http*,8000` loses 8000/udp there, because a port
 * that one protocol has already counts as a duplicate for both.
 */

export interface PortSpecOptions {
  readonly services: ServiceTable;
  /** UDP is asked for (`-sU`), so parts without a letter mean it too. */
  readonly udp?: boolean;
}

/**
 * The ports of a specification; at least one.
 * @throws PortreeveError `usage` that names the specification and the part
 */
export function parsePorts(spec: string, { services, udp = false }: PortSpecOptions): PortSet {
  if (spec === "") throw refuse(spec, "it is empty", EXAMPLE);
  if (/\s/u.test(spec))
    throw refuse(spec, "it has a blank", "write the parts without blanks: 22,80,8000-8100");
  const parts = splitSpec(spec);
  const unlettered: readonly Protocol[] =
    udp || parts.some((part) => part.protocols.includes("udp")) ? ["tcp", "udp"] : ["tcp"];
  const sets = parts.map((part) => readPart(spec, part, unlettered, services));
  const ports = unionPorts(...sets);
  if (countPorts(ports) === 0)
    throw refuse(spec, "no port in it is in nmap-services", "leave out the brackets");
  return ports;
}

const EXAMPLE = "write it as 22,80,8000-8100 or T:22,U:53";

function refuse(spec: string, why: string, hint: string): PortreeveError {
  return new PortreeveError("usage", `ports ${quoteText(spec)} refused: ${why}`, { hint });
}

interface SpecPart {
  readonly text: string;
  /** Empty before any letter. */
  readonly protocols: readonly Protocol[];
  readonly listedOnly: boolean;
}

function splitSpec(spec: string): SpecPart[] {
  const parts: SpecPart[] = [];
  let sticky: readonly Protocol[] = [];
  let outside: readonly Protocol[] | null = null;
  for (const piece of spec.split(",")) {
    let text = piece;
    for (;;) {
      const letter = /^([A-Za-z]):/.exec(text)?.[1];
      if (letter !== undefined) {
        sticky = [readLetter(spec, letter)];
        text = text.slice(2);
        if (text === "") throw refuse(spec, `no ports follow ${letter}:`, EXAMPLE);
      } else if (text.startsWith("[")) {
        if (outside !== null) throw refuse(spec, "brackets within brackets", "write [1-1024]");
        outside = sticky;
        text = text.slice(1);
      } else break;
    }
    const closes = text.endsWith("]");
    if (closes) text = text.slice(0, -1);
    if (/[[\]]/.test(text) || (closes && outside === null)) {
      throw refuse(spec, `a stray bracket in ${quoteText(piece)}`, "write [1-1024]");
    }
    if (text === "") throw refuse(spec, "a part is empty", EXAMPLE);
    parts.push({ text, protocols: sticky, listedOnly: outside !== null });
    if (closes && outside !== null) {
      sticky = outside;
      outside = null;
    }
  }
  if (outside !== null) throw refuse(spec, "a bracket is not closed", "write [1-1024]");
  return parts;
}

function readLetter(spec: string, letter: string): Protocol {
  switch (letter) {
    case "T":
      return "tcp";
    case "U":
      return "udp";
    case "S":
    case "P":
      throw refuse(
        spec,
        letter === "S" ? "SCTP is not swept yet" : "IP protocols are not swept",
        `leave out the parts after ${letter}:`,
      );
    default:
      throw refuse(
        spec,
        `unknown letter ${quoteText(`${letter}:`)}`,
        /[tu]/.test(letter) ? `write ${letter.toUpperCase()}:` : EXAMPLE,
      );
  }
}

function readPart(
  spec: string,
  part: SpecPart,
  unlettered: readonly Protocol[],
  services: ServiceTable,
): PortSet {
  const protocols = part.protocols.length > 0 ? part.protocols : unlettered;
  const range = readRange(spec, part.text);
  if (range === null) return findByName(spec, part.text, protocols, services);
  const ports = portSetOfRanges(Object.fromEntries(protocols.map((protocol) => [protocol, [range]])));
  return part.listedOnly ? intersectPorts(ports, portSetOf(services.entries)) : ports;
}

/** Null for what is no number or range: a name. */
function readRange(spec: string, text: string): PortRange | null {
  const match = /^([0-9]*)(-?)([0-9]*)$/.exec(text);
  if (match === null) return null;
  const [, fromText = "", dash = "", toText = ""] = match;
  const from = fromText === "" ? 1 : Number(fromText);
  const to = toText !== "" ? Number(toText) : dash === "-" ? 65_535 : from;
  for (const port of [from, to]) {
    if (port === 0) throw refuse(spec, "port 0 is not swept", "write ports from 1 to 65535");
    if (port > 65_535)
      throw refuse(spec, `a port in ${quoteText(text)} is above 65535`, "write ports from 1 to 65535");
  }
  if (from > to) throw refuse(spec, `${quoteText(text)} runs backwards`, `write ${to}-${from}`);
  return [from, to];
}

function findByName(
  spec: string,
  text: string,
  protocols: readonly Protocol[],
  services: ServiceTable,
): PortSet {
  if (!/^[A-Za-z0-9_.+/:*?-]+$/.test(text) || !/[A-Za-z*?]/.test(text)) {
    throw refuse(spec, `${quoteText(text)} is no port, range or service name`, EXAMPLE);
  }
  const matches = matcherOf(text);
  const found = services.entries.filter(
    ({ name, protocol }) => protocols.includes(protocol) && matches(name),
  );
  if (found.length > 0) return portSetOf(found.filter(({ port }) => port > 0));
  throw refuse(
    spec,
    `no service called ${quoteText(text)} in nmap-services for ${protocols.join(" or ")}`,
    "write the port's number",
  );
}

/** `*` is any text, `?` one character; case does not matter, as in nmap's `wildtest`. */
function matcherOf(mask: string): (name: string) => boolean {
  // Runs of stars are one star: a mask such as "***…a" must not make the expression slow.
  const source = mask
    .replace(/\*+/g, "*")
    .replace(/[.+/-]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const pattern = new RegExp(`^${source}$`, "i");
  return (name) => pattern.test(name);
}
