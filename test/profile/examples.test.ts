import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Address } from "../../src/facts/address.js";
import { PortreeveError } from "../../src/facts/error.js";
import { EXAMPLE_WORDS, namesIn, parseExamples, runExamples } from "../../src/profile/examples.js";
import { parseAddress } from "../../src/scope/address.js";
import { formatPort } from "../../src/scope/port.js";
import { bind, type Place } from "./bound.js";

/** What the mistake in a text is told as; fails where it is read. */
function refusal(text: string, vantages: readonly string[] = []): string {
  try {
    parseExamples(text, "e.txt", { vantages });
  } catch (error) {
    if (error instanceof PortreeveError && error.code === "usage") return error.message;
    throw error;
  }
  throw new Error("the examples were read");
}

const NOON = Date.parse("2026-06-15T12:00:00Z");

describe("a file of examples", () => {
  test("holds one a line, with comments and blank lines", () => {
    const rows = parseExamples(
      `\uFEFF# what the firewall should do
10.0.3.7 22/tcp from internet: forbidden

  db01.corp.example   5432/tcp on 2026-03-31 from bastion : Required   # the application
2001:DB8::7 53/udp: unlisted\r
10.0.3.7 443/tcp：allowed
10.0.3.7 80/TCP from 办公室 ： review
`,
      "e.txt",
    );
    const shown = rows.map(({ line, address, name, port, vantage, on, expected }) => [
      line.line,
      address ?? name,
      formatPort(port),
      vantage,
      on,
      expected,
    ]);
    expect(shown).toEqual([
      [2, "10.0.3.7", "22/tcp", "internet", null, "forbidden"],
      [4, "db01.corp.example", "5432/tcp", "bastion", "2026-03-31", "required"],
      [5, "2001:db8::7", "53/udp", null, null, "unlisted"],
      [6, "10.0.3.7", "443/tcp", null, null, "allowed"],
      [7, "10.0.3.7", "80/tcp", "办公室", null, "review"],
    ]);
    expect(namesIn(rows)).toEqual(["db01.corp.example"]);
    expect(parseExamples("", "e.txt")).toEqual([]);
  });

  test.each<[line: string, message: string]>([
    ["10.0.0.1 22/tcp: forbiden", "e.txt:1:18: unknown word `forbiden`; did you mean `forbidden`?"],
    ["10.0.0.1 22/tcp: deny", "e.txt:1:18: unknown word `deny`; did you mean `forbidden`?"],
    [
      "10.0.0.1 22/tcp: 5",
      "e.txt:1:18: unknown word `5`; it is one of required, allowed, forbidden, review, unlisted, unreviewed, accepted",
    ],
    ["10.0.0.1 22/tcp: allowed today", "e.txt:1:26: one word ends an example; a comment begins with `#`"],
    [
      "10.0.0.1 22/tcp:",
      "e.txt:1:17: a word is missing after the colon: one of required, allowed, forbidden, review, unlisted, unreviewed, accepted",
    ],
    [
      "10.0.0.1 22/tcp allowed",
      "e.txt:1:24: a colon and a word are missing here: an example is HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD",
    ],
    [
      "10.0.0.1",
      "e.txt:1:9: a colon and a word are missing here: an example is HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD",
    ],
    [
      "2001:db8::1",
      "e.txt:1:12: a colon and a word are missing here: an example is HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD",
    ],
    ["10.0.0.1: allowed", "e.txt:1:9: a port is missing before the colon, such as 22/tcp"],
    ["10.0.0.1 : allowed", "e.txt:1:10: a port is missing here, such as 22/tcp"],
    ["10.0.0.1 22: allowed", "e.txt:1:10: 22 has no protocol: write 22/tcp or 22/udp"],
    ["10.0.0.1 ssh: allowed", "e.txt:1:10: `ssh` is a service: write the port, such as 22/tcp"],
    ["10.0.0.1 dns: allowed", "e.txt:1:10: `dns` is a service: write the port"],
    ["10.0.0.1 1-9/tcp: allowed", "e.txt:1:10: `1-9/tcp` are several ports: an example is about one"],
    ["10.0.0.256 22/tcp: allowed", "e.txt:1:1: `10.0.0.256` is no address: an octet is above 255"],
    [
      "10.0.0.0/24 22/tcp: allowed",
      "e.txt:1:1: `10.0.0.0/24` is no host: an example is about one address or name",
    ],
    ["under(score 22/tcp: allowed", 'e.txt:1:1: "under(score" is not a host name'],
    ["a.example 22/tcp form lan: allowed", "e.txt:1:18: unknown word `form`; did you mean `from`?"],
    [
      "a.example 22/tcp via lan: allowed",
      "e.txt:1:18: unknown word `via`; `from VANTAGE` or `on YYYY-MM-DD` may stand here",
    ],
    ["a.example 22/tcp from: allowed", "e.txt:1:18: after `from` a vantage is missing"],
    ["a.example 22/tcp on: allowed", "e.txt:1:18: after `on` a day is missing"],
    ["a.example 22/tcp from a from b: allowed", "e.txt:1:25: `from` stands twice"],
    ["a.example 22/tcp on 2026-02-30: allowed", "e.txt:1:21: `2026-02-30` is no day: write it as 2026-03-31"],
  ])("%j is refused", (line, message) => {
    expect(refusal(line)).toContain(message);
  });

  test("is not told that the value of a misspelt word is wrong, too", () => {
    expect(refusal("a.example 22/tcp form lan: allowed")).not.toContain("lan");
  });

  test("is told of all its mistakes together, each once", () => {
    const text = refusal("10.0.0.1 22: alowed\nok.example 22/tcp: allowed\nx 1/tcp: y");
    expect(text).toBe(`e.txt has 3 problems:
  e.txt:1:10: 22 has no protocol: write 22/tcp or 22/udp
  e.txt:1:14: unknown word \`alowed\`; did you mean \`allowed\`?
  e.txt:3:10: unknown word \`y\`; it is one of required, allowed, forbidden, review, unlisted, unreviewed, accepted`);
  });

  test("may name the vantages of the profile only, where it has some", () => {
    const line = "10.0.0.1 22/tcp from offce: allowed";
    expect(refusal(line, ["office", "bastion"])).toContain(
      "e.txt:1:22: unknown vantage `offce`; did you mean `office`?",
    );
    expect(parseExamples(line, "e.txt")).toHaveLength(1);
  });

  test("shows nothing of hostile text as it is", () => {
    const text = refusal("\u001b[31mx 22/tcp \u202efrm x: \u0007y");
    expect(text).not.toMatch(/[\u0007\u001b\u202e]/u);
  });

  test("is read or refused as a user's mistake, whatever it holds", () => {
    const part = fc.constantFrom(
      "10.0.0.1",
      "a.example",
      "22/tcp",
      "from",
      "on",
      "2026-01-01",
      ":",
      "：",
      "#",
      " ",
      "allowed",
      "::1",
    );
    const line = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part).map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          for (const row of parseExamples(lines.join("\n"), "e.txt")) {
            expect(EXAMPLE_WORDS).toContain(row.expected);
            expect((row.address === null) !== (row.name === null)).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "PortreeveError", code: "usage" });
        }
      }),
    );
  });
});

const PROFILE = `version: 1
vantages: {bastion: , internet: }
hosts: {db01: [10.0.0.5, 10.1.0.5]}
groups:
  - id: lan
    match: {network: [10.0.0.0/24, 192.0.2.0/24]}
    required: [22/tcp]
    allowed: [443/tcp, {port: 8443/tcp, from: bastion}, {port: 99/tcp, owner: unreviewed}]
    forbidden: [25/tcp]
exceptions:
  - {id: E1, match: {address: 10.0.0.7}, ports: [25/tcp, 8080/tcp, 8443/tcp, 443/tcp], owner: o, reason: r, expires: 2026-06-15}
`;

interface Try extends Place {
  readonly unlisted?: "forbidden" | "review" | "allowed";
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

function run(text: string, { unlisted = "forbidden", names = {}, ...place }: Try = {}) {
  const profile = `${PROFILE}defaults: {unlisted: ${unlisted}}\n`;
  const resolved = new Map<string, readonly Address[]>(
    Object.entries(names).map(([name, addresses]) => [name, addresses.map(parseAddress)]),
  );
  return runExamples(
    parseExamples(text, "e.txt"),
    (vantage) => bind(profile, {}, { ...place, ...(vantage === null ? {} : { vantage }) }),
    { now: NOON, names: resolved },
  );
}

describe("an example passes", () => {
  /** Which words pass. */
  const passing = (example: string, options: Try = {}) =>
    EXAMPLE_WORDS.filter((word) => run(`${example}: ${word}`, options)[0]?.passed);

  test.each<[what: string, example: string, options: Try, words: readonly string[]]>([
    ["of a required port", "10.0.0.6 22/tcp", {}, ["required"]],
    ["of an allowed port", "10.0.0.6 443/tcp", {}, ["allowed"]],
    ["of a forbidden port", "10.0.0.6 25/tcp", {}, ["forbidden"]],
    ["of a high-risk port", "10.0.0.6 23/tcp", {}, ["forbidden"]],
    ["where the vantage may see it", "10.0.0.6 8443/tcp from bastion", {}, ["allowed"]],
    ["where the vantage may not", "10.0.0.6 8443/tcp from internet", {}, ["forbidden"]],
    ["of an unreviewed port", "10.0.0.6 99/tcp", {}, ["forbidden", "unreviewed"]],
    ["of an unlisted port", "10.0.0.6 8080/tcp", {}, ["forbidden", "unlisted"]],
    ["of one to be reviewed", "10.0.0.6 8080/tcp", { unlisted: "review" }, ["review", "unlisted"]],
    [
      "of one that is allowed unlisted",
      "10.0.0.6 8080/tcp",
      { unlisted: "allowed" },
      ["allowed", "unlisted"],
    ],
    ["of an accepted prohibition", "10.0.0.7 25/tcp", {}, ["accepted"]],
    ["of an accepted unlisted port", "10.0.0.7 8080/tcp", {}, ["unlisted", "accepted"]],
    ["of an accepted vantage", "10.0.0.7 8443/tcp from internet", {}, ["accepted"]],
    ["where there is nothing to accept", "10.0.0.7 443/tcp", {}, ["allowed"]],
    [
      "of a port to be reviewed, which needs no exception",
      "10.0.0.7 8080/tcp",
      { unlisted: "review" },
      ["review", "unlisted"],
    ],
    ["on the last day of its exception", "10.0.0.7 25/tcp on 2026-06-15", {}, ["accepted"]],
    ["on the day after", "10.0.0.7 25/tcp on 2026-06-16", {}, ["forbidden"]],
    ["of a host by its name", "db01 22/tcp", {}, ["required"]],
    [
      "of a name by all its addresses",
      "www.example 22/tcp",
      { names: { "www.example": ["10.0.0.9", "192.0.2.1"] } },
      ["required"],
    ],
    [
      "of a name only where all agree",
      "www.example 22/tcp",
      { names: { "www.example": ["10.0.0.9", "10.9.9.9"] } },
      [],
    ],
    ["of a name without an address not at all", "gone.example 22/tcp", {}, []],
  ])("%s", (_what, example, options, words) => {
    expect(passing(example, options)).toEqual(words);
  });

  test("or tells what the profile says instead, and why", () => {
    const told = (text: string, options: Try = {}) =>
      run(text, options).map(({ passed, verdict, why }) => `${passed} ${verdict}: ${why}`)[0];
    expect(told("10.0.0.7 25/tcp: forbidden")).toBe(
      "false accepted: forbidden by `25/tcp` in group `lan` (network 10.0.0.0/24); accepted by exception `E1` until 2026-06-15",
    );
    expect(told("10.0.0.7 25/tcp on 2027-01-01: accepted")).toBe(
      "false forbidden: forbidden by `25/tcp` in group `lan` (network 10.0.0.0/24); exception `E1` ended with 2026-06-15",
    );
    expect(told("10.0.0.6 8080/tcp: forbidden", { unlisted: "review" })).toBe(
      "false review: no group of this host lists it; to be reviewed",
    );
    expect(told("gone.example 22/tcp: required")).toBe("false null: gone.example has no address");
  });

  test("by the zone in which exceptions end", () => {
    // Noon in UTC is the next day in Kiritimati.
    expect(passing("10.0.0.7 25/tcp", { zone: "Pacific/Kiritimati" })).toEqual(["forbidden"]);
    expect(passing("10.0.0.7 25/tcp on 2026-06-15", { zone: "Pacific/Kiritimati" })).toEqual(["accepted"]);
  });
});
