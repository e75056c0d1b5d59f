import { PortreeveError } from "../facts/error.js";
import { quoteText } from "./quoteText.js";
import { parseTarget, type Target } from "./target.js";

export interface TargetListOptions {
  /** An exclusion file may be empty; a target file that is empty is a mistake. */
  readonly allowEmpty?: boolean;
}

/**
 * Reads a target file (`-iL`) or an exclusion file (`--exclude-file`): targets with blanks, tabs or line ends
 * between, `#` begins a comment anywhere and runs to the end of its line. A byte order mark and CRLF are fine.
 * @param source what messages call the file: its path, or `standard input`
 * @throws PortreeveError `usage` with source and line for the first bad target, or where nothing is listed
 */
export function parseTargetList(
  text: string,
  source: string,
  { allowEmpty = false }: TargetListOptions = {},
): Target[] {
  const targets: Target[] = [];
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  lines.forEach((line, index) => {
    const listed = line.replace(/#.*$/s, "");
    for (const word of listed.split(/[ \t]+/)) {
      if (word !== "") targets.push(parseTargetAt(word, `${nameSource(source)}, line ${index + 1}`));
    }
  });
  if (targets.length === 0 && !allowEmpty) {
    throw new PortreeveError("usage", `${nameSource(source)} lists no targets`, {
      hint: "write one target a line; what follows # is a comment",
    });
  }
  return targets;
}

/**
 * Reads `--exclude`: targets with commas between. As in nmap a comma always separates targets here, so
 * `10.0.0.1,3` is `10.0.0.1` and `3` (refused), never two addresses; an exclusion that lists octets with
 * commas belongs in an exclusion file.
 * @throws PortreeveError `usage`; nothing is excluded by half
 */
export function parseExclusions(text: string): Target[] {
  return text.split(",").map((part) => {
    const word = part.trim();
    if (word === "") {
      throw new PortreeveError("usage", `--exclude ${quoteText(text)} has an empty part`, {
        hint: "write targets with one comma between: --exclude 10.0.0.1,10.0.9.0/24",
      });
    }
    if (/^[0-9*-]+$/.test(word)) {
      throw new PortreeveError("usage", `--exclude ${quoteText(text)}: ${quoteText(word)} is not a target`, {
        hint: "a comma separates targets here: write 10.0.0.1,10.0.0.3 in full, or use --exclude-file",
      });
    }
    return parseTargetAt(word, "--exclude");
  });
}

/** A path may hold anything: shown bare only where it is plain. */
function nameSource(source: string): string {
  return /^[\p{L}\p{N} ._/@:+-]+$/u.test(source) ? source : quoteText(source);
}

function parseTargetAt(word: string, place: string): Target {
  try {
    return parseTarget(word);
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    throw new PortreeveError(error.code, `${place}: ${error.message}`, {
      ...(error.hint === null ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
