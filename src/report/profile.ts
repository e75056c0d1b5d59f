/** What `profile lint` and `profile explain` say. */
import type { ProfileLine, Severity, Verdict } from "../facts/finding.js";
import type { Protocol } from "../facts/port.js";
import { countOf } from "./count.js";
import { plain } from "./escape.js";
import { makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { pad, textWidth, wrapText } from "./width.js";

export interface LintProblem {
  readonly level: "error" | "warning";
  readonly message: string;
  readonly line: ProfileLine;
}

/** What the profile says of one port, or of neighbours it says the same of. */
export interface ExplainedRow {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
  /** `22/tcp` or `8000-8100/tcp` */
  readonly text: string;
  readonly expectation: {
    readonly verdict: Verdict;
    readonly line: ProfileLine | null;
    readonly groupId: string | null;
    readonly owner: string | null;
    readonly severity: Severity | null;
    readonly highRisk: boolean;
    readonly why: string;
    readonly runnersUp: readonly {
      readonly verdict: Verdict;
      readonly line: ProfileLine;
      readonly groupId: string;
      readonly why: string;
    }[];
  };
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

export function renderExplanation(
  explained: { readonly address: string; readonly rows: readonly ExplainedRow[] },
  format: "text" | "json",
  options: TextOptions,
): string {
  const { address, rows } = explained;
  if (format === "json") return jsonText({ schemaVersion: 1, address, rows: rows.map(explainedJson) });
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  if (rows.length === 0) return ink.finish(`${address}: the profile lists no port for this host.\n`);
  const portWidth = Math.max(...rows.map(({ text }) => text.length));
  const lines = rows.flatMap(({ text, expectation }) => {
    const { verdict, line, owner, why, runnersUp } = expectation;
    const lead = `  ${pad(text, portWidth)}  ${pad(verdict, 10)}  `;
    const facts = [
      plain(why),
      owner === null ? "" : `(owner ${plain(owner)})`,
      line === null ? "" : placeText(line),
    ];
    const others = runnersUp.map(
      (other) => `not ${other.verdict}, ${placeText(other.line)}: ${plain(other.why)}`,
    );
    const room = width - textWidth(lead);
    const [first = "", ...more] = wrapText(facts.filter((fact) => fact !== "").join(" "), room);
    const indent = " ".repeat(textWidth(lead));
    return [
      lead + first,
      ...more.map((part) => indent + part),
      ...others.flatMap((other) => wrapText(other, room).map((part) => indent + ink.paint("dim", part))),
    ];
  });
  return ink.finish(`${[ink.paint("heading", address), ...lines].join("\n")}\n`);
}

function explainedJson({ protocol, from, to, text, expectation }: ExplainedRow) {
  const { verdict, line, groupId, owner, severity, highRisk, why, runnersUp } = expectation;
  return {
    protocol,
    from,
    to,
    text,
    verdict,
    line,
    group: groupId,
    owner,
    severity,
    highRisk,
    why,
    runnersUp: runnersUp.map((other) => ({
      verdict: other.verdict,
      line: other.line,
      group: other.groupId,
      why: other.why,
    })),
  };
}

function placeText({ file, line }: ProfileLine): string {
  return `${plain(file)}:${line}`;
}
