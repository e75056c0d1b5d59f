import { textWidth, wrapText } from "./width.js";

/** With fewer columns beside its head a text stands below it. */
const LEAST_BESIDE = 30;
const BELOW = 6;

/**
 * `head` with `text` beside it, wrapped under itself to `width` columns, or below where there is no room. `paint`
 * colours the head. Both texts must be safe already (escape.ts).
 */
export function hanging(
  head: string,
  text: string,
  width: number,
  paint = (shown: string): string => shown,
): string[] {
  const columns = textWidth(head);
  if (width - columns < LEAST_BESIDE) {
    return [paint(head.trimEnd()), ...wrapText(text, width - BELOW).map((line) => " ".repeat(BELOW) + line)];
  }
  const [first = "", ...more] = wrapText(text, width - columns);
  return [(paint(head) + first).trimEnd(), ...more.map((line) => " ".repeat(columns) + line)];
}
