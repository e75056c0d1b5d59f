type Operator = "=" | ">" | "<" | ">=" | "<=";

export type VersionRule =
  /** Null: the version as told cannot be compared. */
  | { readonly accepts: (version: string) => boolean | null; readonly wrong: null }
  | { readonly accepts: null; readonly wrong: string };

/**
 * Reads an expected version: `14` (any 14.x), `>=14`, `<16.2`, or several with commas, which must all hold.
 * Only the leading number of what nmap tells is compared (`9.2p1 Debian 2` is 9.2); where it tells a range
 * (`9.6.0 or later`, `8.0 - 8.4`) nothing is said.
 */
export function readVersionRule(text: string): VersionRule {
  const conditions: { operator: Operator; parts: readonly number[] }[] = [];
  for (const part of text.split(",")) {
    const match = /^\s*(>=|<=|=|>|<)?\s*(\d+(?:\.\d+)*)\s*$/.exec(part);
    if (match?.[2] === undefined)
      return { accepts: null, wrong: 'a version is written `14`, `">=14"` or `">=14, <16"`' };
    conditions.push({ operator: (match[1] ?? "=") as Operator, parts: numbersOf(match[2]) });
  }
  return {
    accepts: (version) => {
      const told = /^\D{0,2}(\d+(?:\.\d+)*)(.*)$/s.exec(version.trim());
      if (told?.[1] === undefined || /or later|or earlier|^\s*-\s*\d/.test(told[2] ?? "")) return null;
      const parts = numbersOf(told[1]);
      return conditions.every(({ operator, parts: wanted }) => holds(parts, operator, wanted));
    },
    wrong: null,
  };
}

function numbersOf(text: string): readonly number[] {
  return text.split(".").map(Number);
}

function holds(told: readonly number[], operator: Operator, wanted: readonly number[]): boolean {
  // `=14`, `>14` and `<=14` are about all of 14.x; so only as many parts count as the profile writes.
  const order = compareParts(told.slice(0, wanted.length), wanted);
  switch (operator) {
    case "=":
      return order === 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
  }
}

function compareParts(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
