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
 * The candidate that `word` was probably meant to be, or null. Typing errors count first (Damerau-Levenshtein
 * distance of at most a third of the word, and at most 3), then other words for the same thing.
 */
export function nearWord(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  const known = [...candidates];
  const limit = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== null) return best;
  const other = Object.hasOwn(OTHER_WORDS, wanted) ? OTHER_WORDS[wanted] : undefined;
  return other !== undefined && known.includes(other) ? other : null;
}

/** `; did you mean X?` where there is a near word, else nothing. */
export function suggestWord(word: string, candidates: Iterable<string>): string {
  const near = nearWord(word, candidates);
  return near === null ? "" : `; did you mean \`${near}\`?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  if (a.length > 64 || b.length > 64) return a === b ? 0 : 64;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
