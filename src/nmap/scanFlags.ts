/** What the command line in a file tells of how it was scanned, as far as that decides what its hosts prove. */

export interface ScanFlags {
  /** `--open`: hosts and ports that are not open were left out, and the file does not say which. */
  readonly isOpenOnly: boolean;
  /** `-Pn` and its older spellings: a host is "up" because the user said so. */
  readonly isUnpinged: boolean;
  /** `--defeat-rst-ratelimit`: a closed port may be called filtered. */
  readonly isResetBlind: boolean;
}

/** @param args the `args` of `<nmaprun>`. nmap takes a long option with one dash, and cut short. */
export function readFlags(args: string): ScanFlags {
  const words = wordsOf(args);
  const has = (flag: RegExp) => words.some((word) => flag.test(word));
  return {
    isOpenOnly: has(/^--?op(en?)?$/),
    isUnpinged: has(/^-[A-Za-z]*P[0Nn]$/),
    isResetBlind: has(/^--?defeat-r/),
  };
}

/** The program is none of them. nmap 7 quotes words with blanks in them; older ones do not. */
function wordsOf(args: string): string[] {
  return [...args.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "").slice(1);
}
