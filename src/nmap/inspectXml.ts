/**
 * Walks the tags of an XML text before a parser sees it, and finds out three things a parser does not tell:
 * whether it is nmap's at all and harmless (no DTD of its own, no deep nesting: xml2js recurses), where it breaks
 * (a killed nmap, a tag spliced into another), and which children of `<nmaprun>` are whole before the break.
 *
 * It is a check of form for what nmap writes (nmap.dtd: ASCII names, quoted attributes), not a parser: values are
 * read by xml2js afterwards.
 */

export type Inspection =
  | { readonly kind: "refused"; readonly why: string }
  | {
      readonly kind: "whole" | "cut";
      /** From `<nmaprun`, closed by us where it was cut; null where not even its start tag is whole. */
      readonly xml: string | null;
      readonly notes: readonly string[];
    };

const ROOT = "nmaprun";
const DEEPEST = 64;
/** A licence text or sudo's lecture is far shorter; it also bounds the regular expressions below. */
const LONGEST_PROLOG = 16 * 1024;
const COMPLETE_PROLOG = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*>/gi;
const NAME = /[A-Za-z_:][\w:.-]*/y;
const BLANKS = /\s*/y;
const NOT_A_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)/g;

/** Inspects a text whose characters are clean (`characterReferences.ts`). */
export function inspectXml(text: string): Inspection {
  const start = findRoot(text);
  if (start === null && isBeginning(text)) {
    return { kind: "cut", xml: null, notes: [`the text breaks off before <${ROOT}>`] };
  }
  if (start === null) return { kind: "refused", why: whyNotNmap(text) };
  const prolog = text.slice(0, start);
  if (prolog.length > LONGEST_PROLOG)
    return { kind: "refused", why: `${prolog.length} characters stand before <${ROOT}>` };
  if (/<!ENTITY/i.test(prolog) || /<!DOCTYPE[^>]*\[/i.test(prolog)) {
    return { kind: "refused", why: "it defines a document type of its own, which nmap never does" };
  }
  const notes = notesOnProlog(prolog);
  const walk = walkTags(text, start);
  if ("refused" in walk) return { kind: "refused", why: walk.refused };
  if (walk.broken === null) {
    const rest = text.slice(walk.end).trim();
    // Comments after the end are well-formed; anything else is not, and is not nmap's either.
    if (rest !== "" && !/^<!--/.test(rest))
      notes.push(`${rest.length} characters after </${ROOT}> were left out`);
    return { kind: "whole", xml: text.slice(start, walk.end), notes };
  }
  notes.push(`the text breaks off: ${walk.broken}`);
  return { kind: "cut", xml: walk.keep === null ? null : `${text.slice(start, walk.keep)}</${ROOT}>`, notes };
}

function findRoot(text: string): number | null {
  const found = /<nmaprun(?=[\s>/]|$)/.exec(text);
  return found ? found.index : null;
}

/** True for the first bytes of what may become nmap's XML: declaration, comments, doctype, the last of them cut. */
function isBeginning(text: string): boolean {
  if (text.length > LONGEST_PROLOG || text.trim() === "") return false;
  const rest = text.replace(COMPLETE_PROLOG, "").trim();
  if (rest === "") return true;
  const openings = [`<${ROOT}`, "<!DOCTYPE", "<!--"];
  return openings.some((opening) => opening.startsWith(rest)) || /^<(\?|!--|!DOCTYPE\s[^>[]*$)/.test(rest);
}

function whyNotNmap(text: string): string {
  if (text.trim() === "") return "it is empty";
  const root = /<([A-Za-z_][\w:.-]*)/.exec(text)?.[1];
  return root === undefined ? "it is not XML" : `it is not nmap's XML: it starts with <${root.slice(0, 40)}>`;
}

/** What stands before the declaration is no XML, and harmless: a licence comment, sudo's lecture. */
function notesOnProlog(prolog: string): string[] {
  const declared = prolog.indexOf("<?xml ");
  const junk = (declared === -1 ? prolog.replace(COMPLETE_PROLOG, "") : prolog.slice(0, declared)).trim();
  return junk === "" ? [] : [`${junk.length} characters before the XML were left out`];
}

type Walk =
  | { readonly refused: string }
  | {
      /** Why it breaks; null where the root element is closed. */
      readonly broken: string | null;
      /** Just behind `</nmaprun>`, or where it breaks. */
      readonly end: number;
      /** Just behind the last whole child of the root (or its start tag); null where that is not whole. */
      readonly keep: number | null;
    };

function walkTags(text: string, start: number): Walk {
  const open: string[] = [];
  const limit = firstBadReference(text, start);
  let keep: number | null = null;
  let at = start;
  for (;;) {
    const next = text.indexOf("<", at);
    if (next === -1 || next >= limit) {
      const broken =
        limit < text.length && (next === -1 || next >= limit)
          ? badReference(limit)
          : `<${open.at(-1) ?? ROOT}> is not closed`;
      return { broken, end: at, keep };
    }
    const tag = readTag(text, next);
    if (typeof tag === "string") return { broken: `${tag} at character ${next}`, end: next, keep };
    // Behind a reference that is none, nothing is believed.
    if (tag.end > limit) return { broken: badReference(limit), end: next, keep };
    at = tag.end;
    if (tag.kind === "declaration")
      return { refused: "it declares a document type inside, which nmap never does" };
    if (tag.kind === "other") continue;
    if (tag.kind === "end") {
      const name = open.pop();
      if (name !== tag.name)
        return { broken: `</${tag.name}> closes <${name}> at character ${next}`, end: next, keep };
    } else if (tag.kind === "start") {
      open.push(tag.name);
      if (open.length > DEEPEST) return { refused: `its elements are nested deeper than ${DEEPEST}` };
    }
    if (open.length === 0) return { broken: null, end: at, keep: at };
    if (open.length === 1) keep = at;
  }
}

function badReference(at: number): string {
  return `an unknown reference at character ${at}`;
}

/** Where the first `&` stands that begins no reference; the text's length where there is none. */
function firstBadReference(text: string, start: number): number {
  NOT_A_REFERENCE.lastIndex = start;
  return NOT_A_REFERENCE.exec(text)?.index ?? text.length;
}

type Tag =
  | { readonly kind: "start" | "end" | "empty"; readonly name: string; readonly end: number }
  | { readonly kind: "other" | "declaration"; readonly end: number };

/** Reads what begins with the `<` at `at`; a string says why it is no tag. */
function readTag(text: string, at: number): Tag | string {
  if (text.startsWith("<!--", at)) return skipTo(text, at, "-->");
  if (text.startsWith("<![CDATA[", at)) return skipTo(text, at, "]]>");
  if (text.startsWith("<?", at)) return skipTo(text, at, "?>");
  if (text.startsWith("<!", at)) return { kind: "declaration", end: at };
  return text[at + 1] === "/" ? readEndTag(text, at) : readStartTag(text, at);
}

function skipTo(text: string, at: number, closing: string): Tag | string {
  const end = text.indexOf(closing, at + 2);
  return end === -1 ? `${closing} is missing` : { kind: "other", end: end + closing.length };
}

function readEndTag(text: string, at: number): Tag | string {
  const name = match(NAME, text, at + 2);
  if (name === "") return "a tag without a name";
  const close = at + 2 + name.length + match(BLANKS, text, at + 2 + name.length).length;
  return text[close] === ">" ? { kind: "end", name, end: close + 1 } : `</${name} is not closed`;
}

/** Attribute values are skipped with indexOf: a banner of megabytes costs a regular expression its stack. */
function readStartTag(text: string, at: number): Tag | string {
  const name = match(NAME, text, at + 1);
  if (name === "") return "a tag without a name";
  let here = at + 1 + name.length;
  for (;;) {
    const blanks = match(BLANKS, text, here).length;
    here += blanks;
    if (text[here] === ">") return { kind: "start", name, end: here + 1 };
    if (text.startsWith("/>", here)) return { kind: "empty", name, end: here + 2 };
    const attribute = match(NAME, text, here);
    if (attribute === "" || blanks === 0) return `<${name} is not closed`;
    here += attribute.length;
    here += match(BLANKS, text, here).length;
    if (text[here] !== "=") return `the attribute ${attribute} of <${name}> has no value`;
    here += 1 + match(BLANKS, text, here + 1).length;
    const quote = text[here];
    const closing = quote === '"' || quote === "'" ? text.indexOf(quote, here + 1) : -1;
    const less = closing === -1 ? -1 : text.slice(here, closing).indexOf("<");
    if (closing === -1 || less !== -1) return `the attribute ${attribute} of <${name}> is not closed`;
    here = closing + 1;
  }
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? "";
}
