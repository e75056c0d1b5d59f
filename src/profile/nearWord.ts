import { nearWord } from "../scope/nearWord.js";

/** What people write for a key that portreeve calls otherwise. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  host: "address",
  hosts: "address",
  ip: "address",
  ips: "address",
  addresses: "address",
  cidr: "network",
  subnet: "network",
  hostname: "name",
  fqdn: "name",
  must: "required",
  deny: "forbidden",
  denied: "forbidden",
  allow: "allowed",
  permit: "allowed",
  inherits: "extends",
  extend: "extends",
  selector: "match",
  ports: "port",
  comment: "reason",
  description: "reason",
  name: "id",
  contact: "owner",
  team: "owner",
};

/**
 * The candidate that `word` was probably meant to be, or null. Typing errors count first, then other words for the
 * same thing.
 */
export function nearKey(word: string, candidates: Iterable<string>): string | null {
  const known = [...candidates];
  const near = nearWord(word, known);
  if (near !== null) return near;
  const wanted = word.toLowerCase();
  const other = Object.hasOwn(OTHER_WORDS, wanted) ? OTHER_WORDS[wanted] : undefined;
  return other !== undefined && known.includes(other) ? other : null;
}

/** `; did you mean X?` where there is a near word, else nothing. */
export function suggestWord(word: string, candidates: Iterable<string>): string {
  const near = nearKey(word, candidates);
  return near === null ? "" : `; did you mean \`${near}\`?`;
}
