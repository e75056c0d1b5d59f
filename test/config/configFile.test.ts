import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.js";
import { PortreeveError } from "../../src/facts/error.js";

const FOLDER = new URL("../../fixtures/config/", import.meta.url);
const read = (name: string) => readFileSync(new URL(`${name}.yaml`, FOLDER), "utf8");
const messageOf = (text: string): string => {
  try {
    parseConfig(text, "c.yaml", "/home/li");
  } catch (error) {
    expect(error).toBeInstanceOf(PortreeveError);
    expect((error as PortreeveError).code).toBe("usage");
    return (error as PortreeveError).message;
  }
  throw new Error("taken without a complaint");
};

/** One file for each way to be wrong, with the message a person gets. */
const WRONG: Readonly<Record<string, string>> = {
  "alias-bomb": "c.yaml:2:8: its aliases (`*name`) unfold to far too much",
  "alias-unknown":
    "c.yaml:1:10: the alias *bastion has no anchor before it; quote the value if it is no alias",
  "allow-empty": "c.yaml:1:8: `allow` is an empty list",
  "allow-prefix": 'c.yaml:3:5: `allow[2]`: "10.30.0.0/33" is not a network',
  "audit-empty": "c.yaml:2:7: `audits.dmz` must be a block of `key: value` lines, not empty",
  "audit-key-at-top": 'c.yaml:1:1: unknown key "targets"; it belongs in an audit, under `audits:`',
  "audit-name": 'c.yaml:2:3: the name "DMZ zone" must be of a-z, 0-9, `.`, `_` and `-`',
  "audit-without-targets": "c.yaml:3:5: `audits.dmz` has neither `targets` nor `targets_file`",
  "audits-list": "c.yaml:2:3: `audits` must be a block of `name:` entries, not a list",
  "caps-network":
    'c.yaml:2:3: the name "10.0.3.0/33": "10.0.3.0/33" is not a network: the prefix is not 0 to 32',
  "coverage-percent": "c.yaml:1:15: `min_coverage` must be at most 1, not 99; write 99 % as 0.99",
  "duplicate-key": 'c.yaml:2:1: the key "vantage" is given twice',
  "exclude-file-number": "c.yaml:1:23: `exclude_file[2]` must be text, not 3",
  "exclude-not-a-list": 'c.yaml:1:10: `exclude` must be a list, not "10.20.0.1"',
  "exclude-option": 'c.yaml:3:5: `exclude[2]`: target "-oX/tmp/x" refused',
  "fail-on": 'c.yaml:1:10: `fail_on` must be one of info, low, medium, high, critical, not "severe"',
  "key-list": "c.yaml:1:3: a key must be a plain word",
  list: "c.yaml:1:1: the file must be a block of `key: value` lines, not a list",
  "max-age-unit": "c.yaml:1:10: `max_age` must be a duration such as 30d, not 30",
  "merge-key": 'c.yaml:3:1: unknown key "<<"; YAML 1.2 has no merge key',
  "nmap-name": 'c.yaml:1:7: `nmap` must be a path, such as /usr/bin/nmap, not "nmap"',
  "other-home": "c.yaml:1:10: `profile` must be a path, in which `~` stands for your own home only",
  pace: 'c.yaml:1:7: `pace` must be one of gentle, steady, fast, not "brisk"',
  "pace-and-rate": "c.yaml:2:7: `rate` and `pace` rule each other out",
  "pace-near": 'not "fats"; did you mean "fast"?',
  "port-number": "c.yaml:1:8: `ports` must be at most 65535, not 70000",
  "ports-and-top-ports": "c.yaml:2:12: `top_ports` and `ports` rule each other out",
  proto: 'c.yaml:1:1: unknown key "__proto__"',
  "rate-text": 'c.yaml:1:7: `rate` must be a number, not "fast"',
  "rate-zero": "c.yaml:1:7: `rate` must be at least 1, not 0",
  several: [
    'c.yaml:1:7: `pace` must be one of gentle, steady, fast, not "brisk"',
    "c.yaml:2:7: `rate` must be at least 1, not -5",
    'c.yaml:3:1: unknown key "port"; did you mean "ports"?',
    'c.yaml:6:5: unknown key "target" in `audits.dmz`; did you mean "targets"?',
  ].join("\n"),
  tab: "c.yaml:2:1: a tab indents this line; YAML takes blanks only",
  tag: "c.yaml:1:10: unknown tag: tag:yaml.org,2002:js/function",
  "target-octal": 'c.yaml:4:9: `audits.dmz.targets[1]`: target "010.0.0.1" refused',
  "target-shell": 'c.yaml:3:15: `audits.dmz.targets[1]`: target "127.0.0.1;id" refused',
  "time-zone": 'not "Asia/Shangai"; did you mean "Asia/Shanghai"?',
  "top-key-in-audit": 'c.yaml:4:5: unknown key "time_zone" in `audits.dmz`; it belongs at the top level',
  "two-documents": "c.yaml:2:1: a second document starts here (`---`); the file must hold one",
  unclosed: "c.yaml:2:1: something before this is not closed",
  "unclosed-quote": "something before this is not closed",
  "unknown-audit-key":
    'c.yaml:4:5: unknown key "max-adresses" in `audits.dmz`; did you mean "max_addresses"?',
  "unknown-key": 'c.yaml:1:1: unknown key "databse"; did you mean "database"?',
  "vantage-blank": "c.yaml:1:10: `vantage` must be one word of letters, digits",
  window: 'c.yaml:1:9: `window`: "22-6" is no window',
  word: 'c.yaml:1:1: the file must be a block of `key: value` lines, not "pace"',
};

describe("parseConfig", () => {
  it.each(Object.entries(WRONG))("says what is wrong in %s.yaml and where", (name, expected) => {
    expect(messageOf(read(name))).toContain(expected);
  });

  it("has an expected message for every wrong fixture", () => {
    const names = readdirSync(FOLDER).map((name) => name.replace(/\.yaml$/, ""));
    expect(names.sort()).toEqual([...Object.keys(WRONG), "full"].sort());
  });

  it("reads every key of the full example", () => {
    const config = parseConfig(read("full"), "/etc/portreeve/portreeve.yaml", "/home/li");
    expect({ ...config, audits: Object.fromEntries(config.audits) }).toMatchSnapshot();
  });

  it.each(["", "# only a comment\n", "---\n", "\uFEFFpace: fast\n", "pace: fast\r\nudp: true\r\n"])(
    "takes %j",
    (text) => {
      expect(parseConfig(text, "/etc/c.yaml", null).source).toBe("/etc/c.yaml");
    },
  );

  it("takes an alias that stands for a list of its own", () => {
    const text = "exclude: &kept [10.0.0.1]\naudits:\n  a:\n    targets: [10.0.0.0/24]\n    exclude: *kept\n";
    expect(parseConfig(text, "/etc/c.yaml", null).audits.get("a")?.exclude).toEqual(["10.0.0.1"]);
  });

  it("points at the anchor's own line when an aliased value is wrong", () => {
    const text = "exclude: &kept\n  - 1.2.3\naudits:\n  a:\n    targets: *kept\n";
    expect(messageOf(text)).toMatch(/^c\.yaml:2:5: `exclude\[1\]`/);
  });

  it("says that a text is nested too deeply instead of overflowing the stack", () => {
    expect(messageOf(`exclude: ${"[".repeat(200_000)}`)).toMatch(/^c\.yaml:\d+:\d+: /);
  });

  it("does not let a circular alias run for ever", () => {
    expect(messageOf("exclude: &a [*a]\n")).toMatch(/^c\.yaml:1:/);
  });

  it("shows no control character of the file in a message", () => {
    expect(messageOf('"\\e]52;c;eA==\\a": 1\n')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(messageOf('pace: "\\e[31mfast"\n')).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  it("takes `~` from the home that was told, and refuses it where none is known", () => {
    expect(parseConfig("database: ~/p.db", "/etc/c.yaml", "/home/li").database).toBe("/home/li/p.db");
    expect(parseConfig('database: "~"', "/etc/c.yaml", "/home/li").database).toBe("/home/li");
    expect(() => parseConfig("database: ~/p.db", "/etc/c.yaml", null)).toThrow(/home folder is not known/);
  });

  it("takes relative paths from the folder of the file", () => {
    expect(parseConfig("database: ../p.db", "/etc/portreeve/c.yaml", null).database).toBe("/etc/p.db");
  });
});
