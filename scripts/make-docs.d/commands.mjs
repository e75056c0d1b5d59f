/** A commander program as a Markdown page: one chapter a command, its text as `--help` shows it. */

const HEAD = `# portreeve: the command line

<!-- Made by scripts/make-docs from the commands themselves. Do not edit. -->
`;

/** @param {import("commander").Command} program */
export function describeProgram(program) {
  const commands = leaves(program);
  const contents = commands.map(({ path, command }) => {
    const title = ["portreeve", ...path].join(" ");
    return `- [${title}](#${title.replaceAll(" ", "-")}): ${command.summary() || command.description().split("\n")[0]}`;
  });
  const chapters = commands.map(({ path, command }) => chapter(["portreeve", ...path].join(" "), command));
  return [HEAD, contents.join("\n"), "", fence(helpOf(program)), "", ...chapters].join("\n");
}

/** Every command, in the order of the help; a group before its parts. */
function leaves(command, path = []) {
  return command.commands.flatMap((sub) => [
    { path: [...path, sub.name()], command: sub },
    ...leaves(sub, [...path, sub.name()]),
  ]);
}

function chapter(title, command) {
  return `## ${title}\n\n${fence(helpOf(command))}\n`;
}

/** The help at a fixed width, so that the page does not depend on who makes it and where. */
function helpOf(command) {
  command.configureHelp({ ...command.configureHelp(), helpWidth: 100 });
  command.configureOutput({ getOutHelpWidth: () => 100, getOutHasColors: () => false });
  const text = [];
  command.configureOutput({ writeOut: (part) => text.push(part) });
  command.outputHelp();
  return text.join("").trimEnd();
}

function fence(text) {
  return `\`\`\`text\n${text.replace(/[ \t]+$/gm, "")}\n\`\`\``;
}
