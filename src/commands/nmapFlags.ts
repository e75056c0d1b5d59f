/**
 * nmap's single-dash words as its users type them, turned into long options before commander sees them.
 * commander would read `-Pn` as `-P n`.
 */
import { PortreeveError } from "../facts/error.js";

const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  "-Pn": ["--skip-discovery"],
  "-iL": ["--targets-file"],
  "-sS": [],
  "-sT": ["--connect"],
  "-sU": ["--udp"],
  "-sV": [],
  "-F": ["--top-ports", "100"],
  "-n": ["--no-names"],
  "--excludefile": ["--exclude-file"],
};

/** Options of nmap's that portreeve decides itself, or never passes on, with the reason. */
const REFUSED: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /^-o[XNGAS]/,
    "portreeve keeps every result itself; `portreeve report --format json --output FILE` writes one",
  ],
  [/^-T[0-5]$/, "say how fast with --pace gentle|steady|fast or --rate PPS"],
  [/^-A$/, "aggressive scripts are not run; services are identified without it"],
  [/^-s[CFXNAWMOYZ]$/, "only SYN, connect and UDP scans prove what portreeve states"],
  [
    /^--(script|script-args|datadir|stylesheet|min-rate|max-rate|max-retries|host-timeout|open)(=|$)/,
    "free nmap options are not passed on",
  ],
  [/^-iR$/, "random targets are not scanned"],
];

/**
 * Rewrites the arguments after the program's name. Stops at `--`.
 * @throws PortreeveError `usage` for an nmap option that portreeve does not take
 */
export function rewriteNmapFlags(argv: readonly string[]): string[] {
  const out: string[] = [];
  const end = argv.indexOf("--");
  argv.forEach((word, index) => {
    if (end !== -1 && index >= end) {
      out.push(word);
      return;
    }
    const plain = REWRITTEN[word];
    if (plain) out.push(...plain);
    else if (word.startsWith("-iL") && word.length > 3) out.push("--targets-file", word.slice(3));
    else {
      refuse(word);
      out.push(word);
    }
  });
  return out;
}

function refuse(word: string): void {
  const why = REFUSED.find(([pattern]) => pattern.test(word))?.[1];
  if (why !== undefined) {
    throw new PortreeveError("usage", `nmap's ${JSON.stringify(word)} is not taken here: ${why}`, {
      hint: "portreeve scan --help lists the options",
    });
  }
}
