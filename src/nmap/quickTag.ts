/**
 * Regular expressions for the tags and texts that nmap usually writes: 400 MB/s. They take nothing that `readTag` would
 * not, and leave the rest to it: what is broken or unfinished, raw control characters and references that XML forbids
 * (those are counted), and what is so long that it could cost the expression its stack.
 */

const LONGEST = 256 * 1024;
const SLASH = 47;

const REFERENCE =
  "&(?:amp|lt|gt|quot|apos|#x(?:[aAdD9]|[2-9a-fA-F][0-9a-fA-F])|#(?:9|10|13|3[2-9]|[4-9][0-9]));";
const BLANK = "[ \\t\\r\\n]";
const NAME = "[A-Za-z_:][\\w:.-]*";
const ATTRIBUTE = `${BLANK}+${NAME}${BLANK}*=${BLANK}*(?:"${safeText('"')}"|'${safeText("'")}')`;
const TAG = new RegExp(`<${NAME}(?:${ATTRIBUTE})*${BLANK}*/?>`, "y");
const ELEM = `<elem(?:${ATTRIBUTE})*>${safeText("")}</elem>`;
const INSIDE = `${safeText("")}(?:${ELEM}${safeText("")})*`;
/** Made of ASCII: its length is that of its bytes. */
const SCRIPTS = new RegExp(
  `(?:<script(?:${ATTRIBUTE})*(?:/>|>${INSIDE}</script>))*`.replaceAll("\\uFFFE\\uFFFF", "\\x7F-\\uFFFF"),
  "y",
);
const TIMES = new RegExp(`(?:<times(?:${ATTRIBUTE})*/>\n?)?`, "y");
const TEXT = new RegExp(safeText(""), "y");

function safeText(quote: string): string {
  const safe = `[^<&${quote}\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\uFFFE\\uFFFF]*`;
  return `${safe}(?:${REFERENCE}${safe})*`;
}

/** Just behind the start tag or empty tag at `at`; null where it is not a usual one. */
export function endOfQuickTag(text: string, at: number): number | null {
  if (text.length - at > LONGEST) return null;
  TAG.lastIndex = at;
  return TAG.test(text) ? TAG.lastIndex : null;
}

/**
 * Just behind the `<script …/>`, or `<script …>` with nothing but `<elem>` in it, one behind the other; `at` where there
 * are none of the usual ones, in ASCII.
 */
export function endOfQuickScripts(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === SLASH) return at;
  SCRIPTS.lastIndex = at;
  return SCRIPTS.test(text) ? SCRIPTS.lastIndex : at;
}

/** Just behind the `<times …/>` and the line end that may stand at `at`; `at` where they do not. */
export function endOfQuickTimes(text: string, at: number): number {
  TIMES.lastIndex = at;
  return TIMES.test(text) ? TIMES.lastIndex : at;
}

/** Whether the text from `from` to `to`, which holds no `<`, is a usual one. */
export function isQuickText(text: string, from: number, to: number): boolean {
  if (to - from === 1 && text[from] === "\n") return true;
  if (to - from > LONGEST) return false;
  TEXT.lastIndex = from;
  return TEXT.test(text) && TEXT.lastIndex === to;
}
