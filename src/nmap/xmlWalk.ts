/**
 * Walks the tags of nmap's XML as it streams in, and tells them to a listener: the same check of form as `inspectXml.ts`,
 * in bounded memory. What it tells is whole (every tag, every text between two tags) and comes before any break; where
 * the text breaks, or is none of nmap's, nothing more is told. Over 300 lines: the states of one walk, which share its
 * place in the text.
 */
import { cleanCharacters, notesOnForbidden } from "./characterReferences.js";
import {
  DECLARES_INSIDE,
  DEEPEST,
  explainNoRoot,
  explainReference,
  findRoot,
  hasTag,
  LONGEST_OWN_COMMENT,
  LONGEST_PROLOG,
  MORE_TAGS,
  noteOnRest,
  notesOnProlog,
  ROOT,
  TOO_DEEP,
  whyRefuseProlog,
} from "./inspectXml.js";
import { endOfQuickTag, isQuickText } from "./quickTag.js";
import { findBadReference, type NoTag, readTag } from "./xmlTag.js";

export interface WalkListener {
  /**
   * A start tag without raw control characters, `text[at]` its `<` and `text[end - 1]` its `>`.
   * @param depth of the element: 0 for the root
   * @returns where to go on inside of it: `end`, or behind what was told before, letter for letter, in the same place.
   * Negative where that was all of the element, its end tag too
   */
  start(name: string, text: string, at: number, end: number, isEmpty: boolean, depth: number): number;
  /** Whether ports whose form is known are taken in an element of that depth. */
  takesPorts(depth: number): boolean;
  /**
   * Takes whole elements in ASCII, and blanks behind them, from `text[at]` on, whose form it knows to be good.
   * @returns where to go on; `at` where it takes none
   */
  takePorts(text: string, at: number): number;
  /** The end of an element that was not empty, `text[end - 1]` its last character. */
  end(name: string, text: string, end: number, depth: number): void;
  /** Text or CDATA inside an element below the root. */
  text(text: string, from: number, to: number, isCdata: boolean): void;
}

export type Form =
  | { readonly form: "refused"; readonly why: string }
  | { readonly form: "whole" }
  | {
      readonly form: "cut";
      readonly why: string;
      /** False where it breaks before the root's start tag ends. */
      readonly hasRoot: boolean;
    };

/** Characters of one tag, comment or text. nmap's longest are scripts' outputs, a megabyte at the very most. */
const LONGEST_PIECE = 8 * 1024 * 1024;
/** No further is the root element searched for. */
const FARTHEST_ROOT = 4 * LONGEST_PROLOG + LONGEST_OWN_COMMENT;

export class XmlWalk {
  readonly #listener: WalkListener;
  readonly #notes: string[] = [];
  readonly #open: string[] = [];
  #form: Form | null = null;
  #text = "";
  #at = 0;
  /** Characters before `#text`. */
  #base = 0;
  #isBegun = false;
  #isRootWhole = false;
  #forbidden = 0;
  /** What came while a piece was not whole; joined when it has grown enough to be looked at again. */
  #waiting: string[] = [];
  #waitingLength = 0;
  /** Of the text behind the root, without the blanks around it: its length, its first characters, blanks at its end. */
  #rest = { length: 0, start: "", blanks: 0 };

  constructor(listener: WalkListener) {
    this.#listener = listener;
  }

  /** False once it broke or was refused: what follows changes nothing. */
  get isGoingOn(): boolean {
    return this.#form === null || this.#form.form === "whole";
  }

  /** Breaks here, for a reason of the listener's. */
  stop(why: string): void {
    if (this.#form === null) this.#break(this.#text.length, why);
  }

  push(chunk: string): void {
    if (this.#form !== null) {
      if (this.#form.form === "whole") this.#passRest(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingLength += chunk.length;
    // Twice as much before the next look: a long piece in small chunks stays linear.
    if (this.#waitingLength < this.#text.length - this.#at && this.#waitingLength < LONGEST_PIECE) return;
    this.#go(false);
  }

  /**
   * Looks at all that came. True where that ends just behind a child of the root, or the root's start tag: what follows
   * could be walked by another that comes from such a place.
   */
  settle(): boolean {
    if (this.#form === null) this.#go(false);
    return this.#form === null && this.#open.length === 1 && this.#at === this.#text.length;
  }

  /** Where ports may be taken by `takePorts`, and a tag comes next. */
  isBeforePorts(): boolean {
    return this.#comeToTag() && this.#open.length > 0 && this.#listener.takesPorts(this.#open.length);
  }

  /** Lets the listener take what goes on, there, where the walk's own text ends; after `isBeforePorts`. */
  takePorts(text: string, at: number): number {
    const next = this.#listener.takePorts(text, at);
    this.#base += next - at;
    return next;
  }

  /** Where a child of the root may begin, which comes next. */
  isBetween(): boolean {
    return this.#comeToTag() && this.#open.length === 1;
  }

  /** Looks at all that came, behind which a tag begins; false where that is inside of another. */
  #comeToTag(): boolean {
    if (this.#form === null) this.#go(false);
    const { length } = this.#text;
    if (this.#form === null && this.#at < length && this.#text[this.#at] !== "<" && this.#isBegun) {
      if (this.#takeText(this.#at, length)) this.#at = length;
    }
    return this.#form === null && this.#at === this.#text.length;
  }

  /** So many characters come here that need no look. */
  pass(characters: number): void {
    this.#base += characters;
  }

  /** What was noted so far. */
  get noteCount(): number {
    return this.#forbidden + this.#notes.length;
  }

  /** The text is over. */
  end(): { readonly form: Form; readonly notes: readonly string[] } {
    this.#go(true);
    const form = this.#form ?? { form: "cut", why: `<${ROOT}> is not closed`, hasRoot: false };
    if (form.form === "refused") return { form, notes: [] };
    const notes = [...notesOnForbidden(this.#forbidden), ...this.#notes];
    if (form.form === "whole" && hasTag(this.#rest.start)) {
      notes.push(`the text breaks off: ${MORE_TAGS}`);
      return { form: { form: "cut", why: MORE_TAGS, hasRoot: true }, notes };
    }
    return { form, notes: [...notes, ...noteOnRest(this.#rest.length, this.#rest.start)] };
  }

  #go(isLast: boolean): void {
    if (this.#form !== null) return;
    this.#base += this.#at;
    this.#text = this.#text.slice(this.#at) + this.#waiting.join("");
    this.#at = 0;
    this.#waiting = [];
    this.#waitingLength = 0;
    if (this.#isBegun || this.#begin(isLast)) this.#walk(isLast);
  }

  /** Looks for the root element; true where it begins. */
  #begin(isLast: boolean): boolean {
    const found = findRoot(this.#text);
    // At the end of what is here, `<nmaprun` may go on as another name.
    if (found === null || (!isLast && found + ROOT.length + 1 === this.#text.length)) {
      if (isLast || this.#text.length > FARTHEST_ROOT) this.#explainNoRoot();
      return false;
    }
    const prolog = cleanCharacters(this.#text.slice(0, found));
    this.#forbidden += prolog.forbidden;
    const why = whyRefuseProlog(prolog.text);
    if (why !== null) {
      this.#form = { form: "refused", why };
      return false;
    }
    this.#notes.push(...notesOnProlog(prolog.text));
    this.#base = prolog.text.length - found;
    this.#at = found;
    this.#isBegun = true;
    return true;
  }

  #explainNoRoot(): void {
    const { text, forbidden } = cleanCharacters(this.#text);
    const found = explainNoRoot(text);
    if (found.kind === "refused") this.#form = { form: "refused", why: found.why };
    else {
      this.#forbidden += forbidden;
      this.#notes.push(...found.notes);
      this.#form = { form: "cut", why: found.notes.join("; "), hasRoot: false };
    }
  }

  #walk(isLast: boolean): void {
    const text = this.#text;
    let at = this.#at;
    while (this.#form === null) {
      if (text[at] !== "<") {
        const next = text.indexOf("<", at);
        if (next === -1 && !isLast) {
          this.#wait(at, "a text");
          return;
        }
        if (!this.#takeText(at, next === -1 ? text.length : next)) return;
        if (next === -1) {
          this.#break(at, `<${this.#open.at(-1) ?? ROOT}> is not closed`);
          return;
        }
        at = next;
      }
      const end = this.#takeQuickTag(at) ?? this.#takeTag(at, isLast);
      if (end === null) return;
      at = end;
    }
    this.#text = "";
    if (this.#form.form === "whole") this.#passRest(text.slice(at));
  }

  /** Checks and tells a whole text; false where it breaks in it. */
  #takeText(from: number, to: number): boolean {
    if (!isQuickText(this.#text, from, to)) {
      const bad = findBadReference(this.#text, from, to);
      if (bad !== null) {
        this.#break(from, explainReference(this.#base + bad));
        return false;
      }
      const clean = this.#clean(from, to);
      if (this.#open.length > 1) this.#listener.text(clean, 0, clean.length, false);
    } else if (this.#open.length > 1) this.#listener.text(this.#text, from, to, false);
    return true;
  }

  /** Where to go on behind the tag at `at`; null where it is not a usual one. */
  #takeQuickTag(at: number): number | null {
    const text = this.#text;
    if (text[at + 1] === "/") {
      const name = this.#open.at(-1) ?? "";
      const close = at + 2 + name.length;
      return text[close] === ">" && text.startsWith(name, at + 2) ? this.#leave(name, close + 1) : null;
    }
    const end = endOfQuickTag(text, at);
    if (end === null) return null;
    let nameEnd = at + 2;
    while (!isNameEnd(text.charCodeAt(nameEnd))) nameEnd += 1;
    return this.#enter(text.slice(at + 1, nameEnd), text, at, end, text[end - 2] === "/");
  }

  /** The same for any tag; null where there is none, or not all of it yet. */
  #takeTag(at: number, isLast: boolean): number | null {
    const text = this.#text;
    const tag = readTag(text, at);
    if (tag.kind === "none") return this.#takeNoTag(tag, at, isLast);
    if (tag.kind === "declaration") {
      this.#form = { form: "refused", why: DECLARES_INSIDE };
      return null;
    }
    if (tag.kind !== "other") {
      const bad = findBadReference(text, at, tag.end);
      if (bad !== null) return this.#break(at, explainReference(this.#base + bad));
    }
    const clean = this.#clean(at, tag.end);
    if (tag.kind === "other") {
      if (clean.startsWith("<![CDATA[") && this.#open.length > 1)
        this.#listener.text(clean, 9, clean.length - 3, true);
      return tag.end;
    }
    if (tag.kind !== "end")
      return this.#enter(tag.name, clean, 0, clean.length, tag.kind === "empty") === null ? null : tag.end;
    const name = this.#open.at(-1);
    return name === tag.name
      ? this.#leave(name, tag.end)
      : this.#break(at, `</${tag.name}> closes <${name}> at character ${this.#base + at}`);
  }

  #takeNoTag(tag: NoTag, at: number, isLast: boolean): null {
    if (tag.unfinished && !isLast) return this.#wait(at, "a tag");
    return this.#break(at, `${tag.why} at character ${this.#base + at}`);
  }

  #enter(name: string, text: string, at: number, end: number, isEmpty: boolean): number | null {
    const depth = this.#open.length;
    this.#isRootWhole = true;
    const next = this.#listener.start(name, text, at, end, isEmpty, depth);
    if (isEmpty && depth === 0) this.#form = { form: "whole" };
    if (next < 0) return -next;
    if (isEmpty) return next;
    this.#open.push(name);
    if (depth < DEEPEST) return next;
    this.#form = { form: "refused", why: TOO_DEEP };
    return null;
  }

  #leave(name: string, end: number): number {
    this.#open.pop();
    this.#listener.end(name, this.#text, end, this.#open.length);
    if (this.#open.length === 0) this.#form = { form: "whole" };
    return end;
  }

  #wait(at: number, what: string): null {
    this.#at = at;
    if (this.#text.length - at > LONGEST_PIECE)
      this.#break(at, `${what} of more than ${LONGEST_PIECE} characters at character ${this.#base + at}`);
    return null;
  }

  #break(at: number, why: string): null {
    this.#clean(at, this.#text.length);
    this.#notes.push(`the text breaks off: ${why}`);
    this.#form = { form: "cut", why, hasRoot: this.#isRootWhole };
    this.#text = "";
    return null;
  }

  /** A piece with its forbidden characters shown, and counted. */
  #clean(from: number, to: number): string {
    const { text, forbidden } = cleanCharacters(this.#text.slice(from, to));
    this.#forbidden += forbidden;
    return text;
  }

  #passRest(chunk: string): void {
    const rest = this.#rest;
    this.#forbidden += cleanCharacters(chunk).forbidden;
    const text = rest.length === 0 ? chunk.trimStart() : chunk;
    const solid = text.trimEnd();
    if (solid !== "") {
      if (rest.start.length < 4) rest.start = (rest.start + solid).slice(0, 4);
      rest.length += rest.blanks + solid.length;
      rest.blanks = 0;
    }
    rest.blanks += text.length - solid.length;
  }
}

function isNameEnd(code: number): boolean {
  // A blank, `/` or `>`; `:`, digits and letters stand above `/`, `-` and `.` just below it.
  return code <= 32 || code === 47 || code === 62;
}
