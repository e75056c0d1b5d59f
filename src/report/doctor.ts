import { plain } from "./escape.js";
import { makeInk, type Role } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { pad, textWidth, wrapText } from "./width.js";

/** One thing that a scan needs. */
export interface Check {
  readonly name: string;
  readonly level: "ok" | "warning" | "error";
  readonly message: string;
  /** The line that mends it, or null. */
  readonly mend: string | null;
}

const ROLES: Readonly<Record<Check["level"], Role>> = { ok: "good", warning: "warn", error: "bad" };

/** `portreeve doctor`: each check on its line, below it what mends it. */
export function renderDoctor(
  checks: readonly Check[],
  format: "text" | "json",
  options: TextOptions,
): string {
  if (format === "json") return jsonText({ schemaVersion: 1, rows: checks });
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const names = checks.map((check) => plain(check.name, { max: 16 }));
  const nameWidth = Math.max(0, ...names.map(textWidth));
  const indent = " ".repeat(7 + 2 + nameWidth + 2);
  const lines = checks.flatMap(({ level, message, mend }, i) => {
    const [first = "", ...more] = wrapText(plain(message, { max: 1000 }), width - indent.length);
    const head = `${ink.paint(ROLES[level], pad(level, 7))}  ${pad(names[i] ?? "", nameWidth)}  `;
    // What mends it is there to be copied: it is never broken over lines.
    const cure = mend === null ? [] : [`${indent}${ink.signs.arrow} ${plain(mend, { max: 2000 })}`];
    return [head + first, ...more.map((line) => indent + line), ...cure];
  });
  const worst = checks.some(({ level }) => level === "error")
    ? "A scan cannot run yet."
    : checks.some(({ level }) => level === "warning")
      ? "A scan can run, with less than it could."
      : "Everything a scan needs is here.";
  return ink.finish(`${[...lines, "", worst].join("\n")}\n`);
}
