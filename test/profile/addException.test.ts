import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { addException, nextExceptionId } from "../../src/profile/addException.js";
import type { NewException } from "../../src/profile/exceptionText.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";

const FILE = "dmz.yaml";

function exception(given: Partial<NewException> = {}): NewException {
  return {
    id: "EXC-2026-002",
    address: parseAddress("10.0.3.7"),
    port: { protocol: "tcp", port: 8080 },
    rules: ["unexpected-open"],
    from: ["bastion"],
    realm: null,
    owner: "li.wei",
    reason: "legacy vendor console until migration",
    expires: "2027-03-31",
    ticket: "CHG-4711",
    approvedBy: "ciso",
    ...given,
  };
}

const add = (text: string, given: Partial<NewException> = {}) =>
  addException({ name: FILE, text }, exception(given));

/** The lines that a default exception becomes, its dash `indent` columns in. */
function lines(indent: number, end = "\n"): string {
  const texts = [
    "- id: EXC-2026-002",
    "  match: { address: 10.0.3.7 }",
    "  ports: [8080/tcp]",
    "  rules: [unexpected-open]",
    "  from: [bastion]",
    "  owner: li.wei",
    "  reason: legacy vendor console until migration",
    "  ticket: CHG-4711",
    "  approved_by: ciso",
    "  expires: 2027-03-31",
  ];
  return texts.map((text) => `${" ".repeat(indent)}${text}${end}`).join("");
}

const OLD =
  "{ id: OLD, match: { address: 10.0.0.1 }, ports: 22/tcp, owner: a, reason: b, expires: 2027-01-01 }";
const OLD_BLOCK = `  - id: OLD
    match: { address: 10.0.0.1 }   # db01
    ports: [22/tcp]
    owner: a
    expires: 2027-01-01
    reason: |
      asked for by
      the vendor
`;
const GROUPS = "groups:\n  - id: all\n    allowed: [80/tcp]\n";

describe("addException", () => {
  it.each<[string, string, string]>([
    [
      "after the last item of the list, before what comes next",
      `version: 1\nexceptions:\n${OLD_BLOCK}\n# the rest\n${GROUPS}`,
      `version: 1\nexceptions:\n${OLD_BLOCK}${lines(2)}\n# the rest\n${GROUPS}`,
    ],
    [
      "at the list's own indentation",
      `version: 1\nexceptions:\n- ${OLD}\n${GROUPS}`,
      `version: 1\nexceptions:\n- ${OLD}\n${lines(0)}${GROUPS}`,
    ],
    [
      "with a blank line between, where people keep one",
      `version: 1\nexceptions:\n  - ${OLD}\n\n  - ${OLD.replace("OLD", "OLD2")}\n`,
      `version: 1\nexceptions:\n  - ${OLD}\n\n  - ${OLD.replace("OLD", "OLD2")}\n\n${lines(2)}`,
    ],
    [
      "behind the remarks on the last item, before those on the next section",
      `version: 1\nexceptions:\n  - ${OLD}\n    # asked for twice\n# the rest\n${GROUPS}`,
      `version: 1\nexceptions:\n  - ${OLD}\n    # asked for twice\n${lines(2)}# the rest\n${GROUPS}`,
    ],
    [
      "in place of an empty list",
      `version: 1\nexceptions: []  # none yet\n${GROUPS}`,
      `version: 1\nexceptions:  # none yet\n${lines(2)}${GROUPS}`,
    ],
    [
      "under a key that has nothing",
      `version: 1\nexceptions:\n  # - an example\n${GROUPS}`,
      `version: 1\nexceptions:\n${lines(2)}  # - an example\n${GROUPS}`,
    ],
    [
      "in place of null, as far in as the file's other lists",
      `version: 1\ngroups:\n- id: all\nexceptions: ~\n`,
      `version: 1\ngroups:\n- id: all\nexceptions:\n${lines(0)}`,
    ],
    [
      "under a key of its own at the end",
      `version: 1\n${GROUPS}# end\n`,
      `version: 1\n${GROUPS}# end\n\nexceptions:\n${lines(2)}`,
    ],
    [
      "without an end of the last line, where the file has none",
      `version: 1\ngroups: []`,
      `version: 1\ngroups: []\n\nexceptions:\n${lines(2)}`.slice(0, -1),
    ],
    [
      "before the end of the document",
      `---\nversion: 1\n...\n`,
      `---\nversion: 1\n\nexceptions:\n${lines(2)}...\n`,
    ],
    [
      "with the line ends of the file",
      `version: 1\r\nexceptions:\r\n  - ${OLD}\r\n`,
      `version: 1\r\nexceptions:\r\n  - ${OLD}\r\n${lines(2, "\r\n")}`,
    ],
  ])("writes it %s", (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  const FLOW =
    "{ id: EXC-2026-002, match: { address: 10.0.3.7 }, ports: [8080/tcp], rules: [unexpected-open], from: [bastion], " +
    'owner: li.wei, reason: "legacy vendor console until migration", ticket: CHG-4711, approved_by: ciso, expires: 2027-03-31 }';

  it.each<[string, string, string]>([
    [
      "on one line",
      `version: 1\nexceptions: [${OLD}] # x\n`,
      `version: 1\nexceptions: [${OLD}, ${FLOW}] # x\n`,
    ],
    [
      "with a comma at its end",
      `version: 1\nexceptions: [ ${OLD}, ]\n`,
      `version: 1\nexceptions: [ ${OLD}, ${FLOW}, ]\n`,
    ],
    [
      "over several lines, a remark staying with its item",
      `version: 1\nexceptions: [\n  ${OLD} # a, b\n]\n`,
      `version: 1\nexceptions: [\n  ${OLD}, # a, b\n  ${FLOW}\n]\n`,
    ],
  ])("adds to a list in brackets %s", (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  it.each([
    '{"version": 1, "groups": []}',
    '{\n  "version": 1,\n  "exceptions": []\n}\n',
    `{\n  "version": 1,\n  "exceptions": [\n    {"id": "OLD", "match": {"address": "10.0.0.1"}, "ports": "22/tcp", "owner": "a", "reason": "b", "expires": "2027-01-01"}\n  ]\n}\n`,
    '{"version": 1, "exceptions": null}',
  ])("leaves a file of JSON JSON: %s", (text) => {
    const read = JSON.parse(add(text)) as { exceptions: { id: string; reason: string }[] };
    expect(read.exceptions.at(-1)).toMatchObject({
      id: "EXC-2026-002",
      reason: "legacy vendor console until migration",
    });
  });

  it("names the realm and quotes what YAML would take for something else", () => {
    const text = add("version: 1\n", {
      address: parseAddress("2001:db8::1"),
      realm: "lab",
      owner: "yes",
      reason: 'a: b # "c"\n\u202ed',
      ticket: "4711",
      approvedBy: null,
    });
    expect(text).toContain('match: { address: "2001:db8::1", realm: lab }');
    expect(text).toContain('owner: "yes"');
    expect(text).toContain('reason: "a: b # \\"c\\"\\n\\u202ed"');
    expect(text).toContain('ticket: "4711"');
    expect(text).not.toContain("approved_by");
  });

  it("leaves ports out of what is said of the whole host", () => {
    const text = add("version: 1\n", { port: null, rules: ["host-missing"] });
    expect(text).not.toContain("ports:");
    expect(parseProfile(text, FILE).exceptions[0]).toMatchObject({ ports: null, rules: ["host-missing"] });
  });

  it("takes the other files of the profile into account", () => {
    const root = { name: FILE, text: "version: 1\ninclude: [places.yaml]\n" };
    const places = { name: "places.yaml", text: "vantages: { bastion: }\nexceptions:\n" };
    expect(addException(places, exception(), [root, places])).toBe(`${places.text}${lines(2)}`);
    const other = { name: "places.yaml", text: "vantages: { office: }\n" };
    expect(() => addException(root, exception(), [root, other])).toThrow(
      /does not take the exception.*bastion/s,
    );
  });

  it("refuses what the profile would refuse, and says that nothing was changed", () => {
    for (const given of [{ id: "OLD" }, { expires: "2027-02-30" }, { reason: "x".repeat(501) }]) {
      const error = thrownBy(() => add(`version: 1\nexceptions:\n  - ${OLD}\n`, given));
      expect(error).toMatchObject({ code: "usage" });
      expect(error.hint).toMatch(/nothing was changed/);
    }
  });

  it("tells the lines to write by hand where it finds no place", () => {
    const text = `version: 1\ngroups: []\nexceptions: *list\n`;
    const error = thrownBy(() => add(text));
    expect(error.code).toBe("failed");
    expect(error.message).toContain("Write it under `exceptions:` by hand:\n  - id: EXC-2026-002\n");
    expect(error.message).toContain("\n    expires: 2027-03-31");
  });

  it("changes no byte but its own lines, and means what it should, whatever the file looks like", () => {
    fc.assert(
      fc.property(layouts, texts, texts, (layout, owner, reason) => {
        const before = layout.text;
        const after = add(before, { owner, reason });
        const start = commonPrefix(before, after);
        const added = after.length - before.length;
        // What was put in is one piece: taking it out gives the old text back.
        const cut = [...Array(added + 1).keys()].some(
          (shift) => after.slice(0, start - shift) + after.slice(start - shift + added) === before,
        );
        expect(layout.replaces || cut).toBe(true);
        const old = parseProfile(before, FILE);
        const read = parseProfile(after, FILE);
        expect(read.exceptions).toHaveLength(old.exceptions.length + 1);
        expect(read.exceptions.at(-1)).toMatchObject({ id: "EXC-2026-002", owner, reason });
        expect(read.exceptions.slice(0, -1).map(({ line, ...rest }) => rest)).toEqual(
          old.exceptions.map(({ line, ...rest }) => rest),
        );
        expect(read.groups.map(({ id, owner }) => [id, owner])).toEqual(
          old.groups.map(({ id, owner }) => [id, owner]),
        );
      }),
      { numRuns: 400 },
    );
  });
});

/** Texts as profiles take them: no blanks at the ends, not empty, at most 500 characters. */
const texts = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(..."ab:#-\"'\n\t ,[]{}&*!|>%@`?~é文😀\u202e\u0085\ud800"),
      maxLength: 40,
    }),
    fc.constantFrom(
      "true",
      "~",
      "null",
      "1e3",
      "0x10",
      ".inf",
      "- a",
      "? b",
      "a: b",
      "a #b",
      "--- x",
      "打印组",
      "2027-01-01",
      "<<",
      "=",
      "y",
    ),
  )
  .map((text) => text.trim())
  .filter((text) => text !== "" && text.toLowerCase() !== "unreviewed" && text.length <= 500);

/** A valid profile's text, laid out in many ways. */
const layouts = fc
  .record({
    head: fc.constantFrom("", "# a profile\n", "---\n", "%YAML 1.2\n---\n", "\n\n"),
    before: fc.boolean(),
    after: fc.boolean(),
    form: fc.constantFrom("none", "null", "tilde", "empty", "flow", "flow lines", "block"),
    items: fc.integer({ min: 1, max: 3 }),
    indent: fc.constantFrom(0, 2, 4),
    blank: fc.boolean(),
    remark: fc.constantFrom("", "  # why\n", "      # deeper\n", "# at the margin\n"),
    scalar: fc.constantFrom("plain", "|", "|-", "|+", ">+", '"', "long"),
    tail: fc.constantFrom("", "\n", "\n\n\n", "   \n", "# the end\n", "# the end", "...\n"),
    end: fc.constantFrom("\n", "\r\n"),
    cutEnd: fc.boolean(),
  })
  .map((shape) => {
    const { head, before, after, form, items, indent, blank, remark, scalar, tail, end, cutEnd } = shape;
    const reasons: Readonly<Record<string, string>> = {
      plain: "because",
      "|": "|\n        because\n        of that\n\n",
      "|-": "|-\n        because\n",
      "|+": "|+\n        because\n\n",
      ">+": ">+\n        because\n",
      '"': '"because\n        of that"',
      long: "because\n        of that   # and more",
    };
    const item = (n: number) => {
      const dash = " ".repeat(indent);
      return `${dash}- id: OLD${n}\n${dash}  match: { address: 10.0.0.${n} }\n${dash}  ports: [22/tcp]\n${dash}  owner: a\n${dash}  expires: "2027-01-01"\n${dash}  reason: ${reasons[scalar]}`.replace(
        /\n?$/,
        "\n",
      );
    };
    const all = [...Array(items).keys()];
    const flow = (n: number) =>
      `{ id: OLD${n}, match: { address: 10.0.0.${n} }, ports: 22/tcp, owner: a, reason: b, expires: 2027-01-01 }`;
    const lists: Readonly<Record<string, string>> = {
      none: "",
      null: `exceptions:\n${remark}`,
      tilde: `exceptions: ~ # none\n`,
      empty: `exceptions: [ ]   # none\n`,
      flow: `exceptions: [ ${all.map(flow).join(", ")} ]\n`,
      "flow lines": `exceptions: [\n${all.map((n) => `    ${flow(n)}, # item ${n}, old\n`).join("")}  ]\n`,
      block: `exceptions: # all of them\n${all.map(item).join(blank ? "\n" : "")}${remark}`,
    };
    const groups = (id: string) => `groups:\n  - id: ${id}\n    owner: b\n    allowed: [80/tcp]\n\n`;
    const text = [
      head,
      "version: 1\n",
      before ? groups("first") : "",
      lists[form] ?? "",
      after && !before ? groups("last") : "",
      tail,
    ].join("");
    const ended = cutEnd ? text.replace(/\n$/, "") : text;
    return { text: ended.replaceAll("\n", end), replaces: form === "tilde" || form === "empty" };
  })
  .filter(({ text }) => isProfile(text));

function isProfile(text: string): boolean {
  try {
    parseProfile(text, FILE);
    return true;
  } catch {
    return false;
  }
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function thrownBy(work: () => unknown): PortreeveError {
  try {
    work();
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("nextExceptionId", () => {
  it("gives the number after the highest of the year, whatever else there is", () => {
    const ids = ["EXC-2025-099", "EXC-2026-001", "exc-2026-007", "EXC-2026-x", "CHG-1", "EXC-2026-003"];
    const exceptions = ids.map((id) => ({ id }));
    expect(nextExceptionId({ exceptions }, "2026-11-25")).toBe("EXC-2026-008");
    expect(nextExceptionId({ exceptions }, "2027-01-01")).toBe("EXC-2027-001");
    expect(nextExceptionId({ exceptions: [] }, "2026-11-25")).toBe("EXC-2026-001");
  });
});
