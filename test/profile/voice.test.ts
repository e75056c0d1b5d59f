/** `from` and `closed_from`: what one entry says from different places, and who wins where it does. */
import { describe, expect, test } from "vitest";
import { requiredPorts } from "../../src/profile/expectation.js";
import { parseAddress } from "../../src/scope/address.js";
import { formatPort } from "../../src/scope/port.js";
import { bind, expectAt } from "./bound.js";

const HOST = "10.0.0.1";

/** What is said of 22/tcp on the host as seen from each vantage: `verdict elsewhere`. */
function said(groups: readonly string[], port = "22/tcp"): readonly string[] {
  return ["bastion", "office", "internet"].map((vantage) => {
    const { verdict, elsewhere } = expectAt(at(vantage, groups), HOST, port);
    return elsewhere === null ? verdict : `${verdict} ${elsewhere}`;
  });
}

function at(vantage: string, groups: readonly string[]) {
  const text = `version: 1\nvantages: {bastion: , office: , internet: }\ngroups:\n${groups.map((group) => `  - ${group}\n`).join("")}`;
  return bind(text, {}, { vantage });
}

const group = (lists: string, rest = "match: {address: 10.0.0.1}") => `{id: x, ${rest}, ${lists}}`;

describe("an entry", () => {
  test.each<[lists: string, bastion: string, office: string, internet: string]>([
    ["allowed: [22/tcp]", "allowed", "allowed", "allowed"],
    ["allowed: [{port: 22/tcp, from: bastion}]", "allowed", "forbidden not-from", "forbidden not-from"],
    ["required: [{port: 22/tcp, from: [bastion, office]}]", "required", "required", "forbidden not-from"],
    ["required: [{port: 22/tcp, closed_from: office}]", "required", "forbidden closed-from", "required"],
    [
      "allowed: [{port: 22/tcp, from: bastion, closed_from: [office]}]",
      "allowed",
      "forbidden closed-from",
      "forbidden not-from",
    ],
    // That others must not reach it says nothing of the rest.
    ["forbidden: [{port: 22/tcp, from: internet}]", "unlisted", "unlisted", "forbidden"],
    ["forbidden: [{port: 22/tcp, closed_from: office}]", "forbidden", "forbidden closed-from", "forbidden"],
    [
      "forbidden: [{port: 22/tcp, from: internet, closed_from: office}]",
      "unlisted",
      "forbidden closed-from",
      "forbidden",
    ],
  ])("%s", (lists, ...expected) => {
    expect(said([group(lists)])).toEqual(expected);
  });

  test("that nobody has reviewed permits nothing anywhere, keeps nobody out by `from`, and closes by `closed_from`", () => {
    const entry = "{port: 22/tcp, owner: unreviewed, from: bastion, closed_from: office}";
    expect(said([group(`allowed: [${entry}]`)])).toEqual([
      "unreviewed",
      "forbidden closed-from",
      "unreviewed",
    ]);
  });
});

describe("within one group", () => {
  test("entries for one port share it among the vantages that they name", () => {
    const entries = ["{port: 22/tcp, from: bastion, owner: b}", "{port: 22/tcp, from: office, owner: o}"];
    const expected = ["allowed", "allowed", "forbidden not-from"];
    expect(said([group(`allowed: [${entries.join(", ")}]`)])).toEqual(expected);
    expect(said([group(`allowed: [${entries.toReversed().join(", ")}]`)])).toEqual(expected);
    const owners = ["bastion", "office"].map(
      (vantage) => expectAt(at(vantage, [group(`allowed: [${entries.join(", ")}]`)]), HOST, "22/tcp").owner,
    );
    expect(owners).toEqual(["b", "o"]);
  });

  test("what is wider shares it only by naming the vantage", () => {
    expect(said([group("allowed: [{port: 22/tcp, from: bastion}, 20-30/tcp]")])).toEqual([
      "allowed",
      "forbidden not-from",
      "forbidden not-from",
    ]);
    expect(
      said([group("allowed: [{port: 22/tcp, from: bastion}, {port: 20-30/tcp, from: office}]")]),
    ).toEqual(["allowed", "allowed", "forbidden not-from"]);
    // The wide one lets the office in, and speaks there itself.
    const third = "{port: 22/tcp, from: bastion}, {port: 20-30/tcp, from: office}";
    expect(said([group(`allowed: [${third}], required: [20-22/tcp]`)])).toEqual([
      "allowed",
      "allowed",
      "forbidden not-from",
    ]);
  });

  test.each(["from", "closed_from"])("a prohibition that is added with `%s` opens nothing", (key) => {
    const shared = "{port: 22/tcp, from: office}, 20-25/tcp";
    for (const [ports, invited] of [
      ["1-1024/tcp", "allowed"],
      ["21-24/tcp", "forbidden not-from"],
    ]) {
      const added = `forbidden: [{port: ${ports}, ${key}: bastion}]`;
      expect(said([group(`allowed: [${shared}], ${added}`)])[0]).toBe("forbidden not-from");
      // One that names the vantage opens it, unless the prohibition is the narrower one.
      const named = "{port: 22/tcp, from: office}, {port: 20-25/tcp, from: bastion}";
      expect(said([group(`allowed: [${named}], ${added}`)])[0]).toBe(invited);
    }
  });

  test("what nobody has reviewed lets no one in", () => {
    const named = "{port: 22/tcp, from: office}, {port: 20-25/tcp, from: bastion, owner: unreviewed}";
    expect(said([group(`allowed: [${named}, 20-30/tcp]`)])[0]).toBe("forbidden not-from");
  });

  test("what is inherited is not heard where the group has words of its own", () => {
    for (const inherited of ["22/tcp", "{port: 22/tcp, from: office}"]) {
      const base = `{id: base, match: {address: 10.9.9.9}, allowed: [${inherited}]}`;
      const child = group(
        "allowed: [{port: 22/tcp, from: bastion}]",
        "extends: base, match: {address: 10.0.0.1}",
      );
      expect(said([base, child])).toEqual(["allowed", "forbidden not-from", "forbidden not-from"]);
    }
  });

  test("of entries as wide as each other the one that closes wins", () => {
    for (const lists of ["required: [22/tcp]", "allowed: [22/tcp]"]) {
      const other = "{port: 22/tcp, closed_from: office}";
      const list = lists.startsWith("required")
        ? `${lists}, allowed: [${other}]`
        : `required: [${other}], ${lists}`;
      expect(said([group(list)])[1]).toBe("forbidden closed-from");
    }
  });
});

describe("between groups", () => {
  const net = (lists: string) => `{id: net, match: {network: 10.0.0.0/24}, ${lists}}`;

  test("the more specific one keeps a vantage out that the other lets in", () => {
    const groups = [net("allowed: [22/tcp]"), group("allowed: [{port: 22/tcp, from: bastion}]")];
    expect(said(groups)).toEqual(["allowed", "forbidden not-from", "forbidden not-from"]);
    expect(said(groups.toReversed())).toEqual(said(groups));
  });

  test("and lets one in that the other keeps out", () => {
    const groups = [net("allowed: [{port: 22/tcp, from: bastion}]"), group("allowed: [22/tcp]")];
    expect(said(groups)).toEqual(["allowed", "allowed", "allowed"]);
  });

  test("of equally specific ones the stricter wins", () => {
    const other = "{id: other, match: {network: 10.0.0.0/24}, required: [22/tcp]}";
    expect(said([net("allowed: [{port: 22/tcp, from: bastion}]"), other])).toEqual([
      "required",
      "forbidden not-from",
      "forbidden not-from",
    ]);
  });

  test("a prohibition for other vantages leaves the port to the next group", () => {
    expect(said([net("allowed: [22/tcp]"), group("forbidden: [{port: 22/tcp, from: internet}]")])).toEqual([
      "allowed",
      "allowed",
      "forbidden",
    ]);
  });
});

test("a port on the high-risk list is permitted from where an entry permits it", () => {
  expect(said([group("allowed: [{port: 23/tcp, from: bastion}]")], "23/tcp")).toEqual([
    "allowed",
    "forbidden not-from",
    "forbidden not-from",
  ]);
});

test("what is required is required from where the entry holds", () => {
  const lists = "required: [{port: 22/tcp, from: bastion}, {port: 443/tcp, closed_from: internet}, 80/tcp]";
  const required = ["bastion", "office", "internet"].map((vantage) =>
    requiredPorts(at(vantage, [group(lists)]), parseAddress(HOST)).map(formatPort),
  );
  expect(required).toEqual([["22/tcp", "80/tcp", "443/tcp"], ["80/tcp", "443/tcp"], ["80/tcp"]]);
});

describe("the words", () => {
  test("say what is allowed, and from where", () => {
    const why = (vantage: string, lists: string) => expectAt(at(vantage, [group(lists)]), HOST, "22/tcp").why;
    const about = "by `22/tcp` in group `x` (address 10.0.0.1)";
    expect(why("bastion", "allowed: [{port: 22/tcp, from: bastion}]")).toBe(`allowed ${about}`);
    expect(why("office", "allowed: [{port: 22/tcp, closed_from: office}]")).toBe(
      `allowed ${about}, but not from office (closed_from)`,
    );
    expect(why("office", "required: [{port: 22/tcp, from: [bastion, internet]}]")).toBe(
      `required ${about}, but only from bastion, internet`,
    );
    expect(why("office", "forbidden: [{port: 22/tcp, closed_from: office}]")).toBe(
      `forbidden ${about}, and from office besides (closed_from)`,
    );
  });

  test("of those that come after say why they do not apply", () => {
    const lists = "allowed: [{port: 22/tcp, from: bastion}, {port: 20-30/tcp, from: office}]";
    const { runnersUp } = expectAt(at("office", [group(lists)]), HOST, "22/tcp");
    expect(runnersUp).toMatchObject([
      {
        verdict: "forbidden",
        elsewhere: "not-from",
        groupId: "x",
        why: "it holds only from bastion, and an entry beside it names office",
      },
    ]);
    const other = expectAt(at("office", [group(`${lists}, required: [20-22/tcp]`)]), HOST, "22/tcp");
    expect(other.runnersUp.map(({ why }) => why)).toContain(
      "the port is shared among vantages, and it does not name office",
    );
  });

  test("name the template that an entry comes from", () => {
    const bound = bind(
      "version: 1\ngroups: [{id: x, templates: web, match: {address: 10.0.0.1}, forbidden: [80/tcp]}]",
    );
    expect(expectAt(bound, HOST, "443/tcp").why).toContain(
      "in group `x` (address 10.0.0.1), taken over from template `web`",
    );
    expect(expectAt(bound, HOST, "80/tcp").runnersUp[0]?.why).toBe(
      "`x` says otherwise than template `web`, which it takes",
    );
  });
});
