import { describe, expect, it } from "vitest";
import {
  type ExplainedRow,
  type LintProblem,
  renderExplanation,
  renderLint,
} from "../../src/report/profile.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false, width: 80 };
const line = { file: "profile.yaml", line: 12 };
const PROBLEMS: readonly LintProblem[] = [
  { level: "error", message: "group `web`: 22/tcp is required and forbidden", line },
  { level: "warning", message: "group `db` matches no host", line: { ...line, line: 20 } },
];
const ROWS: readonly ExplainedRow[] = [
  {
    protocol: "tcp",
    from: 22,
    to: 22,
    text: "22/tcp",
    expectation: {
      verdict: "required",
      line,
      groupId: "web",
      owner: "web-team",
      severity: null,
      highRisk: false,
      why: "required by `ssh` of group `web`, matched by 10.30.0.0/24",
      runnersUp: [
        { verdict: "allowed", line: { ...line, line: 4 }, groupId: "base", why: "its network is wider" },
      ],
    },
  },
  {
    protocol: "tcp",
    from: 8000,
    to: 8100,
    text: "8000-8100/tcp",
    expectation: {
      verdict: "unlisted",
      line: null,
      groupId: null,
      owner: null,
      severity: null,
      highRisk: false,
      why: "no group of this host lists 8000/tcp; unlisted ports are forbidden",
      runnersUp: [],
    },
  },
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

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    expect(renderLint(poison(PROBLEMS, text), "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderLint(poison(PROBLEMS, text), "json", LOOK)).not.toMatch(UNSAFE);
  });
});

describe("renderExplanation", () => {
  it("shows which line applies, why, and what does not", () => {
    expect(renderExplanation({ address: "10.30.0.10", rows: ROWS }, "text", LOOK)).toMatchSnapshot();
  });

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    const rows = poison(ROWS, text);
    expect(renderExplanation({ address: "10.30.0.10", rows }, "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderExplanation({ address: "10.30.0.10", rows }, "json", LOOK)).not.toMatch(UNSAFE);
  });
});
