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

/** The branches of a shell's `case`, each setting `variable`. */
function cases(words: readonly Words[], variable: string): string {
  return words
    .map((w) => `    "${w.path}") ${variable}="${[...w.commands, ...w.options].join(" ")}" ;;`)
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
${cases(words, "words")}
    esac
    [ -n "$words" ] || [ -z "$path" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _portreeve portreeve
`;
}

/** `words` and `CURRENT` are the completion system's (zshcompsys(1)); `path` would be PATH itself, so it is `at` here. */
function zshScript(words: readonly Words[]): string {
  return `#compdef portreeve
_portreeve() {
  local at="" word offers=""
  for word in \${words[2,CURRENT-1]}; do
    case "$word" in -*) ;; *) at="\${at:+$at }$word" ;; esac
  done
  while :; do
    case "$at" in
${cases(words, "offers")}
    esac
    [[ -n "$offers" || -z "$at" ]] && break
    case "$at" in *" "*) at="\${at% *}" ;; *) at="" ;; esac
  done
  compadd -- \${=offers}
  _files
}
# Autoloaded from fpath this file is the function itself; read by source or eval it only defines it.
if [[ "\${funcstack[1]}" = _portreeve ]]; then _portreeve "$@"; else compdef _portreeve portreeve; fi
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
