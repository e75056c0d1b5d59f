import { describe, expect, test } from "vitest";
import { BUILT_IN_TEMPLATES } from "../../src/profile/builtInTemplates.js";
import { parseProfile } from "../../src/profile/parse.js";
import { readPorts } from "../../src/profile/portList.js";
import { parsePort } from "../../src/scope/port.js";
import { hasPort } from "../../src/scope/portSet.js";
import { refusal } from "./refusal.js";

function entriesOf(text: string, id: string): readonly string[] {
  const group = parseProfile(`version: 1\n${text}`, "p.yaml").groups.find((each) => each.id === id);
  return (group?.entries ?? []).map(
    ({ list, text: ports, writtenIn, depth, line }) =>
      `${list} ${ports} (${writtenIn}) ${depth} :${line.line}`,
  );
}

describe("a template", () => {
  test("gives its entries to the groups that take it, after their own, with the lines it is written in", () => {
    const text = `
templates:
  base:
    description: what all have
    required: [22/tcp]
    forbidden: [23/tcp]
groups:
  - id: a
    templates: base
    allowed: [22/tcp]
`;
    expect(entriesOf(text, "a")).toEqual([
      "allowed 22/tcp (a) 0 :11",
      "forbidden 23/tcp (template base) 1 :7",
      "required 22/tcp (template base) 1 :6",
    ]);
  });

  test("reaches the groups that extend one which takes it, a step further, and not twice", () => {
    const text = `
templates: { base: { allowed: [22/tcp] } }
groups:
  - { id: a, templates: [base] }
  - { id: b, extends: a }
  - { id: c, extends: b, templates: [base, base] }
`;
    expect(entriesOf(text, "b")).toEqual(["allowed 22/tcp (template base) 2 :3"]);
    expect(entriesOf(text, "c")).toEqual(["allowed 22/tcp (template base) 1 :3"]);
  });

  test("has no owner of its own: an unreviewed group blesses nothing by it", () => {
    const { groups } = parseProfile(
      `version: 1
templates: { base: { allowed: [22/tcp, { port: 80/tcp, owner: web-team }] } }
groups: [{ id: a, templates: base, owner: unreviewed }, { id: b, templates: [base, web], owner: ops }]
`,
      "p.yaml",
    );
    const reviewed = groups.map(({ entries }) => entries.map(({ text, unreviewed }) => [text, unreviewed]));
    expect(reviewed[0]).toEqual([
      ["22/tcp", true],
      ["80/tcp", false],
    ]);
    expect(reviewed[1]?.every(([, unreviewed]) => unreviewed === false)).toBe(true);
  });

  test("that is built in bears the line that asks for it; one of the profile's replaces it", () => {
    const text = `
templates:
  printer: { allowed: [9100/tcp] }
groups:
  - id: a
    templates:
      - web
      - printer
`;
    expect(entriesOf(text, "a").toSorted()).toEqual([
      "allowed 443/tcp (template web) 1 :8",
      "allowed 443/udp (template web) 1 :8",
      "allowed 80/tcp (template web) 1 :8",
      "allowed 9100/tcp (template printer) 1 :4",
    ]);
  });

  test.each<[what: string, text: string, message: string]>([
    [
      "unknown",
      "groups: [{id: a, templates: [web, databse]}]",
      "p.yaml:2:35: unknown template `databse`; did you mean `database`?",
    ],
    [
      "unknown with a near word of the profile's own",
      "templates: {monitored: {}}\ngroups: [{id: a, templates: monitord}]",
      "p.yaml:3:29: unknown template `monitord`; did you mean `monitored`?",
    ],
    [
      "unknown with no near word",
      "groups: [{id: a, templates: zzzzzz}]",
      "p.yaml:2:29: unknown template `zzzzzz`; the built-in ones are web, database, domain-controller, hypervisor, printer",
    ],
    [
      "written with an unknown key",
      "templates: {a: {alowed: [ssh]}}",
      "p.yaml:2:17: unknown key `alowed`; did you mean `allowed`?",
    ],
    ["written with an owner", "templates: {a: {owner: me}}", "p.yaml:2:17: unknown key `owner`"],
    [
      "a list of ports",
      "templates: {a: [ssh]}",
      "p.yaml:2:16: `a`: wants a map with `required`, `allowed` or `forbidden`",
    ],
    [
      "written with a wrong port",
      "templates: {a: {allowed: [70000/tcp]}}",
      "p.yaml:2:27: port 70000 is past 65535",
    ],
    [
      "of no name",
      "groups: [{id: a, templates: []}]",
      "p.yaml:2:29: `templates`: is empty; write the name of a template",
    ],
  ])("that is %s is refused", (_what, text, message) => {
    expect(refusal(`version: 1\n${text}\n`).message).toBe(message);
  });
});

describe("the built-in templates", () => {
  const all = [...BUILT_IN_TEMPLATES].flatMap(([name, entries]) =>
    entries.flatMap(({ port }) => [port].flat().map((text) => ({ name, text }))),
  );

  test.each(all)("$name: $text is a port or a narrow range", ({ text }) => {
    const { ports } = readPorts(text, new Map());
    expect(ports).not.toBeNull();
    expect(text).toMatch(/^\d+(-\d+)?\/(tcp|udp)$/);
    const [from = 0, to = from] = text.split("/")[0]?.split("-").map(Number) ?? [];
    expect(to - from).toBeLessThan(10);
  });

  test.each([
    ["web", ["80/tcp", "443/tcp"], ["22/tcp", "8080/tcp"]],
    ["database", ["1433/tcp", "1521/tcp", "3306/tcp", "5432/tcp"], ["6379/tcp", "22/tcp"]],
    [
      "domain-controller",
      ["53/udp", "88/tcp", "135/tcp", "389/udp", "445/tcp", "464/tcp", "636/tcp", "3268/tcp", "9389/tcp"],
      ["3389/tcp", "139/tcp", "49152/tcp"],
    ],
    ["hypervisor", ["902/tcp", "8006/tcp", "2179/tcp", "16514/tcp"], ["427/tcp", "16509/tcp", "5900/tcp"]],
    ["printer", ["515/tcp", "631/tcp", "9100/tcp"], ["21/tcp", "23/tcp"]],
  ])("%s allows what the role shows, and no more", (name, inside, outside) => {
    const { groups } = parseProfile(`version: 1\ngroups: [{id: a, templates: ${name}}]`, "p.yaml");
    const allows = (text: string) => {
      const { protocol, port } = parsePort(text);
      return groups[0]?.entries.some(
        ({ list, ports }) => list === "allowed" && hasPort(ports, protocol, port),
      );
    };
    expect(inside.filter((text) => !allows(text))).toEqual([]);
    expect(outside.filter(allows)).toEqual([]);
  });
});
