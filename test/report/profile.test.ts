import { describe, expect, it } from "vitest";
import { type LintProblem, renderLint } from "../../src/report/profile.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false, width: 80 };
const line = { file: "profile.yaml", line: 12 };
const PROBLEMS: readonly LintProblem[] = [
  { level: "error", message: "group `web`: 22/tcp is required and forbidden", line },
  { level: "warning", message: "group `db` matches no host", line: { ...line, line: 20 } },
];

describe("renderLint", () => {
  it("prints a line a problem as compilers do, so that editors can jump to it", () => {
    expect(renderLint(PROBLEMS, "text", LOOK)).toBe(
      [
        "profile.yaml:12: error: group `web`: 22/tcp is required and forbidden",
        "profile.yaml:20: warning: group `db` matches no host",
        "",
        "1 error, 1 warning",
        "",
      ].join("\n"),
    );
    expect(renderLint([], "text", LOOK)).toBe("No faults and no doubts in the profile.\n");
  });

  it("gives programs the problems as rows", () => {
    expect(JSON.parse(renderLint(PROBLEMS, "json", LOOK))).toEqual({ schemaVersion: 1, rows: PROBLEMS });
  });

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    expect(renderLint(poison(PROBLEMS, text), "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderLint(poison(PROBLEMS, text), "json", LOOK)).not.toMatch(UNSAFE);
  });
});
