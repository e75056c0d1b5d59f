import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countAddresses, listAddresses } from "../../src/scope/addressSet.js";
import { parseOctetPattern } from "../../src/scope/octetPattern.js";
import { nmapIsHere } from "./nmapServices.js";

/** One octet: its text and the numbers it means. */
const anyOctet: fc.Arbitrary<{ text: string; numbers: readonly number[] }> = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 255 }).map((n) => ({ text: `${n}`, numbers: [n] })) },
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.oneof(
          fc.nat({ max: 255 }).map((n) => ({ text: `${n}`, from: n, to: n })),
          fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 9 })).map(([from, more]) => {
            const to = Math.min(255, from + more);
            return { text: `${from}-${to}`, from, to };
          }),
          fc.nat({ max: 5 }).map((to) => ({ text: `-${to}`, from: 0, to })),
          fc.integer({ min: 250, max: 255 }).map((from) => ({ text: `${from}-`, from, to: 255 })),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((items) => ({
        text: items.map((item) => item.text).join(","),
        numbers: items.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("*", "-", "0-255")
      .map((text) => ({ text, numbers: Array.from({ length: 256 }, (_, i) => i) })),
  },
);

/** Patterns of at most 4,096 addresses whose first octet does not look like an option. */
const anyPattern = fc
  .tuple(anyOctet, anyOctet, anyOctet, anyOctet)
  .map((octets) => ({
    text: octets.map(({ text }) => text).join("."),
    octets: octets.map(({ numbers }) => [...new Set(numbers)].sort((a, b) => a - b)),
  }))
  .filter(({ text, octets }) => !text.startsWith("-") && octets.reduce((n, o) => n * o.length, 1) <= 4096);

function enumerate(octets: readonly (readonly number[])[]): string[] {
  return octets.reduce<string[]>(
    (prefixes, numbers) =>
      prefixes.flatMap((prefix) => numbers.map((n) => (prefix === "" ? `${n}` : `${prefix}.${n}`))),
    [""],
  );
}

describe("an octet pattern", () => {
  it("means every combination of its octets' numbers", () => {
    fc.assert(
      fc.property(anyPattern, ({ text, octets }) => {
        const set = parseOctetPattern(text);
        expect([...listAddresses(set)]).toEqual(enumerate(octets));
        expect(countAddresses(set)).toBe(BigInt(octets.reduce((n, o) => n * o.length, 1)));
      }),
    );
  });

  it.skipIf(!nmapIsHere)(
    "means what nmap's own list scan prints for it (skipped where nmap is not installed)",
    () => {
      const patterns = fc.sample(anyPattern, 40).map(({ text }) => text);
      for (const text of patterns) {
        // -sL sends nothing to a target, and -n looks no names up; the text is a valid pattern, so it is never a name.
        const listed = execFileSync("nmap", ["-sL", "-n", "-oG", "-", text], {
          encoding: "utf8",
          timeout: 20_000,
        });
        const addresses = [...listed.matchAll(/^Host: (\S+) /gm)].map((match) => match[1]);
        expect([text, [...listAddresses(parseOctetPattern(text))]]).toEqual([text, addresses]);
      }
    },
  );
});
