import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import { formatPortSet } from "../../src/scope/portSet.js";
import { GOOD, parseGood } from "./good.js";
import { refusal } from "./refusal.js";

describe("a good profile", () => {
  const profile = parseGood();

  test("keeps its groups, with what they extend and the templates they take", () => {
    expect(profile.groups.map(({ id, owner, severity }) => ({ id, owner, severity }))).toEqual([
      { id: "linux-base", owner: "platform", severity: null },
      { id: "db-primary", owner: "dba-team", severity: "high" },
      { id: "dmz-web", owner: "unreviewed", severity: null },
      { id: "lab", owner: null, severity: null },
    ]);
    const entries = profile.groups[1]?.entries
      .filter(({ writtenIn }) => writtenIn !== "template database")
      .map(({ list, text, depth, line }) => `${list} ${text} ${depth} ${line.file}:${line.line}`);
    expect(entries).toEqual([
      "forbidden telnet 0 p.yaml:49",
      "forbidden 5433/tcp 0 p.yaml:49",
      "required 5432/tcp 0 p.yaml:42",
      "forbidden 9090/tcp 1 common.yaml:9",
      "required ssh 1 p.yaml:29",
      "required 9100/tcp 1 common.yaml:7",
      "allowed 9100/tcp 1 p.yaml:31",
      "allowed 123/udp 1 p.yaml:32",
      "allowed 161/udp 1 common.yaml:8",
    ]);
  });

  test("keeps the texts of its files, the profile itself first", () => {
    expect(profile.file).toBe("p.yaml");
    expect(profile.files.map(({ name }) => name)).toEqual(["p.yaml", "common.yaml"]);
    expect(profile.files[0]?.text).toBe(GOOD);
  });

  test("resolves services that name services", () => {
    const front = profile.groups[2]?.entries.find(({ text }) => text === "front");
    expect(formatPortSet(front?.ports ?? { tcp: [], udp: [], sctp: [] })).toBe("T:80,443,8000-8100");
    expect(front?.width).toBe(103);
  });

  test("takes the group's `unreviewed` for entries without an owner of their own, and only for those", () => {
    expect(profile.groups[2]?.entries.map(({ text, unreviewed }) => [text, unreviewed])).toEqual([
      ["dns, 8443/tcp", false],
      ["front", true],
    ]);
  });

  test("may begin with a byte order mark, end lines with CRLF and use anchors", () => {
    const text =
      "\ufeffversion: 1\r\ngroups:\r\n  - id: a\r\n    allowed: &list [22/tcp]\r\n  - id: b\r\n    required: *list\r\n";
    expect(
      parseProfile(text, "p.yaml").groups[1]?.entries.map(({ list, text }) => `${list} ${text}`),
    ).toEqual(["required 22/tcp"]);
  });

  test("may have its parts empty", () => {
    expect(
      parseProfile("version: 1\ngroups: [{id: a, required: , allowed: , forbidden: }]", "p.yaml").groups[0]
        ?.entries,
    ).toEqual([]);
    const sections = "vantages:\nnetworks:\nservices:\ntemplates:\nhosts:\ndefaults:\ngroups:\nexceptions:\n";
    expect(parseProfile(`version: 1\n${sections}`, "p.yaml").groups).toEqual([]);
    expect(
      parseProfile("version: 1\ngroups: [{id: a, match: }, {id: b, match: {}}]", "p.yaml").groups,
    ).toHaveLength(2);
  });

  test("may define a service that has the name of a well-known one by that one", () => {
    const { groups } = parseProfile(
      "version: 1\nservices: {ssh: [ssh, 2222/tcp]}\ngroups: [{id: a, allowed: [ssh]}]",
      "p.yaml",
    );
    expect(groups[0]?.entries[0]?.width).toBe(2);
  });
});

const group = (rest: string) => `version: 1\ngroups:\n  - id: a\n    ${rest}\n`;

describe("a wrong profile is refused with file, line and column", () => {
  test.each<[what: string, text: string, message: string]>([
    [
      "an unknown key",
      group("requierd: [ssh]"),
      "p.yaml:4:5: unknown key `requierd`; did you mean `required`?",
    ],
    [
      "an unknown top key",
      "version: 1\ngruops: []",
      "p.yaml:2:1: unknown key `gruops`; did you mean `groups`?",
    ],
    [
      "another word for a key",
      group("match: { subnet: 10.0.0.0/8 }"),
      "p.yaml:4:14: unknown key `subnet`; did you mean `network`?",
    ],
    ["an unknown key with no near word", group("zzzzzz: 1"), "p.yaml:4:5: unknown key `zzzzzz`"],
    [
      "an unknown key in an entry",
      group("allowed: [{port: 22/tcp, servce: ssh}]"),
      "p.yaml:4:30: unknown key `servce`; did you mean `service`?",
    ],
    [
      "an unknown key in a severity table",
      "version: 1\ndefaults: {severity: {highrisk: low}}",
      "p.yaml:2:23: unknown key `highrisk`; did you mean `high_risk`?",
    ],
    ["a port past the last", group("allowed: [22/tcp, 70000/tcp]"), "p.yaml:4:23: port 70000 is past 65535"],
    ["a range past the last", group("allowed: [60000-70000/tcp]"), "p.yaml:4:15: port 70000 is past 65535"],
    [
      "a number without a protocol",
      group("allowed: [22]"),
      "p.yaml:4:15: 22 has no protocol: write 22/tcp or 22/udp",
    ],
    [
      "a number as the port of an object",
      group("allowed: [{port: 22}]"),
      "p.yaml:4:22: `port`: 22 has no protocol: write 22/tcp or 22/udp",
    ],
    [
      "a range without a protocol",
      group('allowed: ["20-25"]'),
      "p.yaml:4:15: 20-25 has no protocol: write 20-25/tcp or 20-25/udp",
    ],
    [
      "a range that runs backwards",
      group("allowed: [25-20/tcp]"),
      "p.yaml:4:15: the range runs backwards: write 20-25/tcp",
    ],
    [
      "a port the wrong way round",
      group("allowed: [tcp/22]"),
      "p.yaml:4:15: `tcp/22` is the wrong way round: write 22/tcp",
    ],
    [
      "nmap's spelling",
      group('allowed: ["T:22"]'),
      "p.yaml:4:15: `T:22` is nmap's spelling: write one entry a range, such as 22/tcp",
    ],
    [
      "an unknown protocol",
      group("allowed: [22/tpc]"),
      "p.yaml:4:15: unknown protocol `tpc`: a protocol is tcp, udp or sctp",
    ],
    [
      "an unknown service",
      group("allowed: [postgres]"),
      "p.yaml:4:15: unknown service `postgres`; did you mean `postgresql`?",
    ],
    [
      "an unknown service with no near word",
      group("allowed: [frobnicate]"),
      "p.yaml:4:15: unknown service `frobnicate`; name it under `services`, or write a port such as 22/tcp",
    ],
    ["an object without a port", group("allowed: [{owner: me}]"), "p.yaml:4:15: `port` is missing here"],
    [
      "an entry that is a list",
      group("allowed: [[22/tcp]]"),
      "p.yaml:4:15: wants a port (`22/tcp`), a range (`8000-8100/tcp`) or a service name, or an object with `port`",
    ],
    ["a list that is none", group("allowed: 22/tcp"), "p.yaml:4:14: `allowed`: wants a list"],
    [
      "an unknown network",
      "version: 1\nnetworks: {servers: 10.0.0.0/8}\ngroups: [{id: a, match: {network: server}}]",
      "p.yaml:3:35: unknown network `server`; did you mean `servers`?",
    ],
    [
      "a wrong CIDR",
      "version: 1\nnetworks: {a: [1.2.3.4/33]}",
      'p.yaml:2:16: "1.2.3.4/33" is not a network: the prefix is not 0 to 32',
    ],
    [
      "a wrong address",
      group("match: {address: [1.2.3.4, 010.0.0.1]}"),
      'p.yaml:4:32: "010.0.0.1" is not a network: ',
    ],
    [
      "an address for a name",
      group("match: {name: 10.0.0.1}"),
      "p.yaml:4:19: `10.0.0.1` is no host name; an address stands under `address`",
    ],
    [
      "an empty list of addresses",
      group("match: {address: []}"),
      "p.yaml:4:22: `address`: is empty; write an address or a CIDR",
    ],
    [
      "a network's name that is an address",
      "version: 1\nnetworks: {10.0.0.0: [10.0.0.0/8]}",
      "p.yaml:2:12: `10.0.0.0`: a name begins with a letter",
    ],
    [
      "an unknown group to extend",
      group("extends: aa"),
      "p.yaml:4:14: unknown group `aa`; did you mean `a`?",
    ],
    [
      "a group that extends itself",
      group("extends: a"),
      "p.yaml:4:14: groups extend each other in a circle: a → a",
    ],
    [
      "an id twice",
      "version: 1\ngroups:\n  - id: a\n  - id: a\n",
      "p.yaml:4:9: the id `a` is taken by the group of p.yaml:3",
    ],
    ["a group without an id", "version: 1\ngroups:\n  - owner: me\n", "p.yaml:3:5: `id` is missing here"],
    ["a key twice", group("owner: a\n    owner: b"), "p.yaml:5:5: the key `owner` stands here a second time"],
    [
      "services in a circle",
      "version: 1\nservices:\n  a: [b]\n  b: [a]\n",
      "p.yaml:3:3: services name each other in a circle: a → b → a",
    ],
    [
      "an unknown severity",
      group("severity: hihg"),
      "p.yaml:4:15: `severity`: a severity is one of info, low, medium, high, critical, not `hihg`; did you mean `high`?",
    ],
    [
      "an unknown word for unlisted",
      "version: 1\ndefaults: {unlisted: forbid}",
      "p.yaml:2:22: `unlisted`: is one of forbidden, review, allowed, not `forbid`",
    ],
    [
      "a misspelt `unreviewed`",
      group("allowed: [{port: 22/tcp, owner: unreveiwed}]"),
      "p.yaml:4:37: `unreveiwed` is no owner; did you mean `unreviewed`?",
    ],
    ["an owner that is a number", group("owner: 12"), '`owner`: wants text: write "12"'],
    ["an empty owner", group("owner:"), "p.yaml:4:"],
    [
      "a wrong expression",
      group('allowed: [{port: 22/tcp, product: "/(/"}]'),
      "p.yaml:4:39: the expression between the slashes is not valid",
    ],
    [
      "a wrong version",
      group('allowed: [{port: 22/tcp, version: "~14"}]'),
      "p.yaml:4:39: a version is written `14`",
    ],
    [
      "a version of the future",
      "version: 2\n",
      "p.yaml:1:10: `version`: the version is 1: this portreeve knows no other",
    ],
    ["no version", "groups: []\n", "p.yaml:1:1: `version` is missing here"],
    ["an empty file", "", "p.yaml:1:1: the profile is empty; start with `version: 1`"],
    ["a file of comments", "# nothing\n", "p.yaml:1:1: the profile is empty; start with `version: 1`"],
    ["a list", "- a\n", "p.yaml:1:1: a profile is a map that begins with `version: 1`"],
    ["a lone word", "hello\n", "p.yaml:1:1: a profile is a map that begins with `version: 1`"],
    [
      "tabs",
      "version: 1\ngroups:\n\t- id: a\n",
      "p.yaml:3:1: the line is indented with a tab; YAML wants spaces",
    ],
    [
      "tabs after spaces",
      "version: 1\ngroups:\n  - id: a\n  \towner: b\n",
      "p.yaml:4:3: the line is indented with a tab; YAML wants spaces",
    ],
    ["an open bracket", "version: 1\ngroups: [\n", "p.yaml:"],
    [
      "two documents",
      "version: 1\n---\nversion: 1\n",
      "p.yaml:2:1: a profile is one YAML document; take out the second `---`",
    ],
    [
      "YAML 1.1",
      "%YAML 1.1\n---\nversion: 1\n",
      "p.yaml:1:1: profiles are YAML 1.2; take the %YAML line out",
    ],
    ["a tag", "version: !!js/function 1\n", "p.yaml:1:10: the tag `!!js/function` has no place in a profile"],
    ["a key that is a list", "version: 1\n? [a]\n: 1\n", "p.yaml:2:3: a key must be a plain word"],
    [
      "__proto__",
      "version: 1\nservices:\n  __proto__: [22/tcp]\n",
      "p.yaml:3:3: the key `__proto__` is refused",
    ],
    [
      "constructor",
      "version: 1\nnetworks: {constructor: [10.0.0.0/8]}\n",
      "p.yaml:2:12: the key `constructor` is refused",
    ],
    [
      "a merge key",
      group("<<: {owner: me}"),
      "p.yaml:4:5: merge keys (`<<`) are no part of YAML 1.2; use `extends`",
    ],
    ["an alias without an anchor", group("allowed: *nothing"), "p.yaml:1:1: Unresolved alias"],
  ])("%s", (_what, text, message) => {
    const error = refusal(text);
    expect(error.code).toBe("usage");
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/\n\s+at /);
    expect(error.hint).not.toBeNull();
  });

  test("several problems are listed in the order of the lines, ten of them", () => {
    const { message } = refusal(
      `version: 1\ngroups:\n${Array.from({ length: 14 }, (_, n) => `  - {id: g${n}, ownr: x}\n`).join("")}`,
    );
    const lines = message.split("\n");
    expect(lines[0]).toBe("p.yaml has 14 problems:");
    expect(lines[1]).toBe("  p.yaml:3:14: unknown key `ownr`; did you mean `owner`?");
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe("  and 4 more");
  });

  test("problems of meaning in several groups are listed together", () => {
    const { message } = refusal(
      "version: 1\ngroups:\n  - {id: a, allowed: [99999/tcp]}\n  - {id: b, extends: c}\n",
    );
    expect(message).toContain("p.yaml:3:23: port 99999 is past 65535");
    expect(message).toContain("p.yaml:4:22: unknown group `c`");
  });

  test("a circle of several groups is told at each of its groups", () => {
    const { message } = refusal(
      "version: 1\ngroups: [{id: a, extends: b}, {id: b, extends: a}, {id: c, extends: a}]",
    );
    expect(message).toContain("a → b → a");
    expect(message).toContain("b → a → b");
    expect(message).not.toContain("c → ");
  });

  test("aliases that multiply are refused, and quickly", () => {
    const levels = Array.from(
      { length: 20 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(", ")}]`,
    );
    const started = performance.now();
    const { message } = refusal(`version: 1\nl0: &l0 [x]\n${levels.join("\n")}\n`);
    expect(message).toContain("aliases are followed more than 1000 times");
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("a file full of problems is refused in seconds", () => {
    const { message } = refusal(`version: 1\ngroups:\n${"  - {id: a, ownr: b}\n".repeat(20_000)}`);
    expect(message).toContain("p.yaml has 20000 problems");
  }, 60_000);

  test("a list within itself and deep nesting end in a message", () => {
    expect(refusal("version: 1\ngroups: &g [*g]\n").message).toContain("p.yaml:2:");
    expect(refusal(`version: 1\ngroups: ${"[".repeat(50_000)}`).message).toContain(
      "the YAML is nested too deeply",
    );
  });

  test("control characters of the file do not reach the message", () => {
    expect(refusal('version: 1\n"evil\\e[31m": 1\n').message).toBe("p.yaml:2:1: unknown key `evil [31m`");
  });
});
