/** `portreeve completion SHELL`: made from the commands themselves, so it cannot fall behind. */
import { Argument, type Command } from "commander";
import { printDocument } from "./output.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .summary("completion for bash, zsh or fish")
    .description(
      "Prints a completion script.\n\nExamples:\n  portreeve completion bash > /etc/bash_completion.d/portreeve\n" +
        "  portreeve completion zsh > ~/.zfunc/_portreeve\n  portreeve completion fish > ~/.config/fish/completions/portreeve.fish\n",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action((shell: Shell) => printDocument(completionScript(program, shell)));
}

interface Words {
  /** Words before these, such as `runs show`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly string[];
  readonly options: readonly string[];
}

/** Every command path with what may follow it. */
function wordsOf(command: Command, path: readonly string[], inherited: readonly string[]): Words[] {
  const own = command.options.flatMap((option) => [option.short, option.long].filter((f) => f !== undefined));
  const options = [...new Set([...own, ...inherited, "--help"])];
  const here = { path: path.join(" "), commands: command.commands.map((c) => c.name()), options };
  return [here, ...command.commands.flatMap((c) => wordsOf(c, [...path, c.name()], inherited))];
}

export function completionScript(program: Command, shell: Shell): string {
  const inherited = program.options.flatMap((o) => [o.long].filter((f) => f !== undefined));
  const words = wordsOf(program, [], inherited);
  if (shell === "fish") return fishScript(words);
  return shell === "bash" ? bashScript(words) : zshScript(words);
}

function cases(words: readonly Words[]): string {
  return words
    .map(
      (w) =>
        `    ${JSON.stringify(w.path)}) words=${JSON.stringify([...w.commands, ...w.options].join(" "))} ;;`,
    )
    .join("\n");
}

function bashScript(words: readonly Words[]): string {
  return `# bash completion for portreeve
_portreeve() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases(words)}
    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _portreeve portreeve
`;
}

function zshScript(words: readonly Words[]): string {
  return `#compdef portreeve
_portreeve() {
  local path="" word words=""
  for word in \${words_before:-\${(@)=BUFFER}}; do
    case "$word" in portreeve|-*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases(words)}
    esac
    [[ -n "$words" || -z "$path" ]] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  compadd -- \${=words}
  _files
}
compdef _portreeve portreeve
`;
}

function fishScript(words: readonly Words[]): string {
  const lines = words.flatMap((w) => {
    const condition =
      w.path === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${w.path.split(" ").at(-1)}`;
    const commands = w.commands.map((c) => `complete -c portreeve -f -n '${condition}' -a ${c}`);
    const options = w.options
      .filter((o) => o.startsWith("--"))
      .map((o) => `complete -c portreeve -n '${condition}' -l ${o.slice(2)}`);
    return [...commands, ...options];
  });
  return `# fish completion for portreeve\n${lines.join("\n")}\n`;
}
