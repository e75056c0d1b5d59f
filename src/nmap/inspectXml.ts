/**
 * Walks the tags of an XML text before a parser sees it, and finds out three things a parser does not tell:
 * whether it is nmap's at all and harmless (no DTD of its own, no deep nesting: xml2js recurses), where it breaks
 * (a killed nmap, a tag spliced into another), and which children of `<nmaprun>` are whole before the break.
 *
 * It is a check of form, not a parser: values are read by xml2js afterwards. `xmlWalk.ts` does the same over a stream.
 */
import { findBadReference, readTag } from "./xmlTag.js";

export type Inspection =
  | { readonly kind: "refused"; readonly why: string }
  | {
      readonly kind: "whole" | "cut";
      /** From `<nmaprun`, closed by us where it was cut; null where not even its start tag is whole. */
      readonly xml: string | null;
      readonly notes: readonly string[];
    };

export const ROOT = "nmaprun";
export const DEEPEST = 64;
export const TOO_DEEP = `its elements are nested deeper than ${DEEPEST}`;
export const DECLARES_INSIDE = "it declares a document type inside, which nmap never does";
/** A licence text or sudo's lecture is far shorter; it also bounds the regular expressions below. */
export const LONGEST_PROLOG = 16 * 1024;
/** nmap repeats its command line in a comment: of one argument Linux takes 128 KB (ports that are silent here and there), escaped more. */
export const LONGEST_OWN_COMMENT = 512 * 1024;
const OWN_COMMENT = "<!-- Nmap ";
/** nmap.dtd says of itself that a document may refer to it; it is never read. */
const NMAPS_DTD = /["'/]nmap\.dtd["']\s*>$/i;
const COMPLETE_PROLOG = /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*>/gi;

/** Inspects a text whose characters are clean (`characterReferences.ts`). */
export function inspectXml(text: string): Inspection {
  const start = findRoot(text);
  if (start === null) return explainNoRoot(text);
  const prolog = text.slice(0, start);
  const why = whyRefuseProlog(prolog);
  if (why !== null) return { kind: "refused", why };
  const notes = notesOnProlog(prolog);
  const walk = walkTags(text, start);
  if ("refused" in walk) return { kind: "refused", why: walk.refused };
  if (walk.broken === null) {
    const rest = text.slice(walk.end).trim();
    const xml = text.slice(start, walk.end);
    if (hasTag(rest)) return { kind: "cut", xml, notes: [...notes, `the text breaks off: ${MORE_TAGS}`] };
    notes.push(...noteOnRest(rest.length, rest));
    return { kind: "whole", xml, notes };
  }
  notes.push(`the text breaks off: ${walk.broken}`);
  return { kind: "cut", xml: walk.keep === null ? null : `${text.slice(start, walk.keep)}</${ROOT}>`, notes };
}

/** What a text without a root element is: a beginning, or none of nmap's. */
export function explainNoRoot(text: string): Inspection {
  return isBeginning(text)
    ? { kind: "cut", xml: null, notes: [`the text breaks off before <${ROOT}>`] }
    : { kind: "refused", why: whyNotNmap(text) };
}

/** The text before the root element without nmap's comment on its command line, which says nothing that is read. */
function withoutOwnComment(prolog: string): string {
  const begin = prolog.indexOf(OWN_COMMENT);
  if (begin === -1) return prolog;
  const end = prolog.indexOf("-->", begin);
  const length = (end === -1 ? prolog.length : end) - begin;
  if (length > LONGEST_OWN_COMMENT) return prolog;
  return end === -1 ? `${prolog.slice(0, begin)}<!--` : prolog.slice(0, begin) + prolog.slice(end + 3);
}

/** Why the text before the root element forbids to read on; null where nothing does. */
export function whyRefuseProlog(whole: string): string | null {
  const prolog = withoutOwnComment(whole);
  if (prolog.length > LONGEST_PROLOG) return `${prolog.length} characters stand before <${ROOT}>`;
  if (/<!ENTITY/i.test(prolog) || /<!DOCTYPE[^>]*\[/i.test(prolog))
    return "it defines entities or a document type of its own, which nmap never does";
  const elsewhere = /<!DOCTYPE[^>"']*(?:SYSTEM|PUBLIC)[^>]*>/i.exec(prolog)?.[0];
  return elsewhere === undefined || NMAPS_DTD.test(elsewhere)
    ? null
    : "it refers to a document type that is not nmap's";
}

/** Where `<nmaprun` begins; null where it does not (yet). */
export function findRoot(text: string): number | null {
  const found = /<nmaprun(?=[\s>/]|$)/.exec(text);
  return found ? found.index : null;
}

/** True for the first bytes of what may become nmap's XML: declaration, comments, doctype, the last of them cut. */
function isBeginning(whole: string): boolean {
  const text = withoutOwnComment(whole);
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
export function notesOnProlog(whole: string): string[] {
  const prolog = withoutOwnComment(whole);
  const declared = prolog.indexOf("<?xml ");
  const junk = (declared === -1 ? prolog.replace(COMPLETE_PROLOG, "") : prolog.slice(0, declared)).trim();
  return junk === "" ? [] : [`${junk.length} characters before the XML were left out`];
}

/** Elements behind the root's end: two writers in one file, or a root that was closed too early. */
export function hasTag(rest: string): boolean {
  return /^<[A-Za-z_/]/.test(rest);
}
export const MORE_TAGS = `elements follow after </${ROOT}>`;

/** Comments after the end are well-formed; anything else is not, and is not nmap's either. */
export function noteOnRest(length: number, start: string): string[] {
  return length === 0 || start.startsWith("<!--")
    ? []
    : [`${length} characters after </${ROOT}> were left out`];
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
  let bad = findBadReference(text, start, text.length);
  let keep: number | null = null;
  let at = start;
  for (;;) {
    const next = text.indexOf("<", at);
    if (next === -1 || (bad !== null && bad < next)) {
      const broken = bad !== null ? explainReference(bad) : `<${open.at(-1) ?? ROOT}> is not closed`;
      return { broken, end: at, keep };
    }
    const tag = readTag(text, next);
    if (tag.kind === "none") return { broken: `${tag.why} at character ${next}`, end: next, keep };
    if (tag.kind === "declaration") return { refused: DECLARES_INSIDE };
    at = tag.end;
    if (tag.kind === "other") {
      // An ampersand in a comment is none of XML's references.
      if (bad !== null && bad < at) bad = findBadReference(text, at, text.length);
      continue;
    }
    // Behind a reference that is none, nothing is believed.
    if (bad !== null && bad < at) return { broken: explainReference(bad), end: next, keep };
    if (tag.kind === "end") {
      const name = open.pop();
      if (name !== tag.name)
        return { broken: `</${tag.name}> closes <${name}> at character ${next}`, end: next, keep };
    } else if (tag.kind === "start") {
      open.push(tag.name);
      if (open.length > DEEPEST) return { refused: TOO_DEEP };
    }
    if (open.length === 0) return { broken: null, end: at, keep: at };
    if (open.length === 1) keep = at;
  }
}

export function explainReference(at: number): string {
  return `an unknown reference at character ${at}`;
}
