/** What `profile lint` says. */
import type { ProfileLine } from "../facts/finding.js";
import { countOf } from "./count.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import type { TextOptions } from "./reportData.js";

export interface LintProblem {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly line: ProfileLine;
}

export function renderLint(
  problems: readonly LintProblem[],
  format: "text" | "json",
  options: TextOptions,
): string {
  if (format === "json") return jsonText({ schemaVersion: 1, rows: problems });
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  if (problems.length === 0) return "No faults and no doubts in the profile.\n";
  const lines = problems.map(({ level, message, line }) => {
    const role = level === "error" ? "bad" : "warn";
    return `${placeText(line)}: ${ink.paint(role, level)}: ${plain(message, { max: 1000 })}`;
  });
  const errors = problems.filter(({ level }) => level === "error").length;
  const sum = `${countOf(errors, "error")}, ${countOf(problems.length - errors, "warning")}`;
  return ink.finish(`${[...lines, "", sum].join("\n")}\n`);
}

function placeText({ file, line }: ProfileLine): string {
  return `${plain(file)}:${line}`;
}
