/**
 * One tag of nmap's XML, by form alone (nmap.dtd: ASCII names, quoted attributes). Shared by the check of a whole text
 * (`inspectXml.ts`) and the reader of a stream (`xmlWalk.ts`), so that both break at the same tag.
 */

export type Tag =
  | { readonly kind: "start" | "end" | "empty"; readonly name: string; readonly end: number }
  /** A comment, a processing instruction or CDATA. */
  | { readonly kind: "other"; readonly end: number }
  | { readonly kind: "declaration"; readonly end: number }
  | NoTag;

export interface NoTag {
  readonly kind: "none";
  readonly why: string;
  /** True where the text ended first: more of it may make a tag. */
  readonly unfinished: boolean;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
// Not \s: XML knows no other blanks, and parsers break at them.
const BLANKS = /[ \t\r\n]*/y;
const BAD_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#[xX][0-9a-fA-F]+);)/g;

/** Where between `from` and `to` the first `&` stands that begins no reference; null where there is none. */
export function findBadReference(text: string, from: number, to: number): number | null {
  BAD_REFERENCE.lastIndex = from;
  const found = BAD_REFERENCE.exec(text)?.index ?? to;
  return found < to ? found : null;
}

/** Reads what begins with the `<` at `at`. */
export function readTag(text: string, at: number): Tag {
  if (text.startsWith("<!--", at)) return readComment(text, at);
  if (text.startsWith("<![CDATA[", at)) return skipTo(text, "]]>", at + 9);
  if (text.startsWith("<?", at)) return skipTo(text, "?>", at + 2);
  if (text.startsWith("<!", at)) {
    const rest = text.slice(at, at + 9);
    return isLast(text, at + rest.length) && ("<!--".startsWith(rest) || "<![CDATA[".startsWith(rest))
      ? none(`${rest} is not whole`, true)
      : { kind: "declaration", end: at };
  }
  return text[at + 1] === "/" ? readEndTag(text, at) : readStartTag(text, at);
}

function readComment(text: string, at: number): Tag {
  // XML forbids `--` inside, and a strict parser stops there.
  const end = text.indexOf("--", at + 4);
  if (end === -1 || isLast(text, end + 2)) return none("--> is missing", true);
  return text[end + 2] === ">" ? { kind: "other", end: end + 3 } : none("a comment with -- in it", false);
}

function skipTo(text: string, closing: string, from: number): Tag {
  const end = text.indexOf(closing, from);
  return end === -1 ? none(`${closing} is missing`, true) : { kind: "other", end: end + closing.length };
}

function readEndTag(text: string, at: number): Tag {
  const name = match(NAME, text, at + 2);
  const close = at + 2 + name.length + match(BLANKS, text, at + 2 + name.length).length;
  if (name === "") return none("a tag without a name", isLast(text, close));
  return text[close] === ">"
    ? { kind: "end", name, end: close + 1 }
    : none(`</${name} is not closed`, isLast(text, close));
}

/** Attribute values are skipped with indexOf: a banner of megabytes costs a regular expression its stack. */
function readStartTag(text: string, at: number): Tag {
  const name = match(NAME, text, at + 1);
  if (name === "") return none("a tag without a name", isLast(text, at + 1));
  let here = at + 1 + name.length;
  for (;;) {
    const blanks = match(BLANKS, text, here).length;
    here += blanks;
    if (text[here] === ">") return { kind: "start", name, end: here + 1 };
    if (text.startsWith("/>", here)) return { kind: "empty", name, end: here + 2 };
    const attribute = match(NAME, text, here);
    if (attribute === "" || blanks === 0) {
      return none(
        `<${name} is not closed`,
        isLast(text, here) || (text[here] === "/" && isLast(text, here + 1)),
      );
    }
    here += attribute.length;
    here += match(BLANKS, text, here).length;
    if (text[here] !== "=")
      return none(`the attribute ${attribute} of <${name}> has no value`, isLast(text, here));
    here += 1 + match(BLANKS, text, here + 1).length;
    const quote = text[here];
    const closing = quote === '"' || quote === "'" ? text.indexOf(quote, here + 1) : -1;
    const less = text.indexOf("<", here);
    if (closing === -1 || (less !== -1 && less < closing)) {
      const unfinished =
        isLast(text, here) || (closing === -1 && less === -1 && (quote === '"' || quote === "'"));
      return none(`the attribute ${attribute} of <${name}> is not closed`, unfinished);
    }
    here = closing + 1;
  }
}

function none(why: string, unfinished: boolean): NoTag {
  return { kind: "none", why, unfinished };
}

function isLast(text: string, at: number): boolean {
  return at >= text.length;
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? "";
}
