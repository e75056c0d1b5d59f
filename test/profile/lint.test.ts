import { describe, expect, test } from "vitest";
import { lintProfile } from "../../src/profile/lint.js";
import { parseAddress } from "../../src/scope/address.js";
import { type bind, bindGroups } from "./bound.js";

function lint(bound: ReturnType<typeof bind>, ...hosts: readonly string[]): readonly string[] {
  const rows = lintProfile(bound, hosts.length === 0 ? {} : { seenHosts: hosts.map(parseAddress) });
  return rows.map(({ level, message, line }) => `${level} ${line.line}: ${message}`);
}

describe("lint", () => {
  test("finds nothing in a sound profile", () => {
    const bound = bindGroups(
      "{id: base, match: {network: 10.0.0.0/8}, required: [22/tcp], allowed: [8000-8100/tcp], forbidden: [8080/tcp]}",
      "{id: db, extends: base, match: {name: db01.corp.example}, allowed: [8080/tcp]}",
    );
    expect(lint(bound)).toEqual([]);
    expect(lint(bound, "10.0.0.5", "10.0.0.6")).toEqual([]);
  });

  test.each<[what: string, groups: readonly string[], rows: readonly string[]]>([
    [
      "a name without an address",
      ["{id: a, match: {name: gone.example}}"],
      ["warning 3: group `a`: the name gone.example has no address, so it matches no host"],
    ],
    [
      "tags",
      ["{id: a, match: {tags: web}}"],
      [
        "warning 3: group `a` can never match: no host has the tag `web`; tags come from the profile's `hosts` and from `portreeve assets import`",
      ],
    ],
    [
      "a wide permission",
      ["{id: a, allowed: [1-65535/tcp], forbidden: [1-2000/udp]}"],
      ["warning 3: `1-65535/tcp`: 65535 ports are allowed by one entry"],
    ],
    [
      "a port twice",
      ["{id: a, allowed: [22/tcp, ssh]}"],
      ["warning 3: group `a`: `ssh` is allowed twice, first in p.yaml:3"],
    ],
    [
      "a port in two lists",
      ["{id: a, required: [22/tcp], allowed: [22/tcp]}"],
      ["warning 3: group `a`: `22/tcp` is allowed and required, first in p.yaml:3"],
    ],
    [
      "a contradiction",
      ["{id: a, allowed: [22/tcp], forbidden: [22/tcp]}"],
      ["error 3: group `a`: `22/tcp` is allowed and forbidden, first in p.yaml:3"],
    ],
    [
      "an entry whose ports others list",
      ["{id: a, allowed: [20-21/tcp], required: [20/tcp], forbidden: [21/tcp]}"],
      ["warning 3: group `a`: `20-21/tcp` never applies: narrower entries list all its ports"],
    ],
    [
      "unreviewed entries",
      ["{id: a, owner: unreviewed, allowed: [22/tcp, 23/tcp]}"],
      [
        "warning 3: 2 entries are unreviewed and permit nothing; the first is here: put the owner in its place",
      ],
    ],
  ])("tells of %s", (_what, groups, rows) => {
    expect(lint(bindGroups(...groups))).toEqual(rows);
  });

  test("tells of groups that match no host seen, unless another extends them", () => {
    const bound = bindGroups(
      "{id: a, match: {network: 10.1.0.0/16}}",
      "{id: b, match: {network: 10.2.0.0/16}}",
      "{id: c, extends: b, match: {network: 10.3.0.0/16}}",
    );
    expect(lint(bound, "10.3.0.1")).toEqual(["warning 3: group `a` matches none of the hosts seen"]);
  });

  test("tells of entries that win on none of the hosts seen", () => {
    const bound = bindGroups(
      "{id: a, match: {network: 10.1.0.0/16}, allowed: [22/tcp, 80-81/tcp]}",
      "{id: b, match: {network: 10.1.0.0/24}, forbidden: [22/tcp, 80/tcp]}",
    );
    expect(lint(bound, "10.1.0.1")).toEqual([
      "warning 3: group `a`: `22/tcp` applies to none of the hosts seen: others win",
    ]);
    expect(lint(bound, "10.1.0.1", "10.1.1.1")).toEqual([]);
  });

  test("counts the win of an inherited entry", () => {
    const bound = bindGroups(
      "{id: a, match: {network: 10.1.0.0/16}, allowed: [22/tcp]}",
      "{id: b, extends: a, match: {address: 10.1.0.1}}",
    );
    expect(lint(bound, "10.1.0.1")).toEqual([]);
  });
});
