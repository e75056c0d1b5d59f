/** A unified diff of one file, for people: what would be written, before it is. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { plain } from "./escape.js";
import { makeInk, type Role } from "./ink.js";
import type { TextOptions } from "./reportData.js";

const LINE_LENGTH = 1000;

/** `before` and `after` of `file`, three lines around each change; "" where they are the same. */
export function renderTextDiff(
  { file, before, after }: { readonly file: string; readonly before: string; readonly after: string },
  options: TextOptions,
): string {
  if (before === after) return "";
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const name = plain(file, { max: LINE_LENGTH });
  const layout = { context: 3, headerOptions: FILE_HEADERS_ONLY };
  const lines = createTwoFilesPatch(name, name, before, after, "", "", layout)
    .split("\n")
    .map((line) => {
      const role = roleOf(line);
      // A carriage return ends the lines of some files, a tab comes before a date: neither says anything here.
      const shown = plain(line.replace(role === "heading" ? /\t$/ : /\r$/, ""), { max: LINE_LENGTH });
      return role === null ? shown : ink.paint(role, shown);
    });
  return ink.finish(lines.join("\n"));
}

function roleOf(line: string): Role | null {
  if (/^(---|\+\+\+) /.test(line)) return "heading";
  if (line.startsWith("@@")) return "note";
  if (line.startsWith("+")) return "good";
  return line.startsWith("-") ? "bad" : null;
}
