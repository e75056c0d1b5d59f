import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { completionScript } from "../../src/commands/completion.js";
import { makeProgram } from "../../src/commands/program.js";

const program = makeProgram();
const has = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;

/** What bash offers after these words, the last one under way; asked in an empty folder. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = `${completionScript(program, "bash")}
cd "$(mktemp -d)"
COMP_WORDS=(portreeve ${list}); COMP_CWORD=${words.length}
_portreeve
printf '%s\\n' "\${COMPREPLY[@]}"; rmdir "$PWD"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((word) => word !== "");
}

describe("completion for bash", () => {
  test("is a script without a fault of syntax", () => {
    const { status, stderr } = spawnSync("bash", ["-n"], {
      input: completionScript(program, "bash"),
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test.each([
    [["ru"], ["runs"]],
    [["runs", "sh"], ["show"]],
    [["query", ""], expect.arrayContaining(["open"])],
    [
      ["scan", "--excl"],
      ["--exclude", "--exclude-file"],
    ],
    [["scan", "127.0.0.1", "--dry"], ["--dry-run"]],
    [["scan", "--rate", "5", "--pa"], ["--pace"]],
    [["runs", "show", "1", "--fo"], ["--format"]],
    [
      ["--db", "x", "sc"],
      ["scan", "schedule"],
    ],
    [["nonsense", "zz"], []],
  ])("after %j offers %j", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });

  test("knows every command and option there is", () => {
    const script = completionScript(program, "bash");
    for (const command of program.commands) {
      expect(offered(command.name().slice(0, -1))).toContain(command.name());
      for (const option of command.options) expect(script).toContain(option.long);
    }
  });
});

describe("completion for zsh", () => {
  test("uses none of zsh's own variables for its own ends", () => {
    // `path` is tied to PATH: to set it would leave the completion without programs.
    expect(completionScript(program, "zsh")).not.toMatch(/\b(path|status|argv|fpath)\b=|\bwords=/);
  });

  // Not on every machine, and no reason to call a run of the tests incomplete.
  test.each(has("zsh") ? ["zsh"] : [])("is a script without a fault of syntax", () => {
    const { status, stderr } = spawnSync("zsh", ["-n"], {
      input: completionScript(program, "zsh"),
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});

describe("completion for fish", () => {
  test("offers every command, and options by their long names", () => {
    const lines = completionScript(program, "fish").split("\n");
    for (const command of program.commands) {
      expect(lines).toContain(`complete -c portreeve -f -n '__fish_use_subcommand' -a ${command.name()}`);
    }
    expect(lines).toContain("complete -c portreeve -n '__fish_seen_subcommand_from scan' -l dry-run");
  });

  test.each(has("fish") ? ["fish"] : [])("is a script without a fault of syntax", () => {
    const { status, stderr } = spawnSync("fish", ["--no-execute"], {
      input: completionScript(program, "fish"),
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });
});
