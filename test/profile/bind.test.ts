import { expect, test } from "vitest";
import { namesToResolve, profiledAddresses } from "../../src/profile/bind.js";
import { listAddresses } from "../../src/scope/addressSet.js";
import { bind, bindGroups } from "./bound.js";

const GROUPS = [
  "{id: a, match: {name: [B.example., a.example]}}",
  "{id: b, match: {name: b.example, address: [10.0.0.1, 10.0.0.2/32, 10.1.0.0/24]}}",
  "{id: c, match: {network: [10.2.0.1]}}",
];

test("the names to resolve are told once each, in lower case, without a last dot", () => {
  expect(namesToResolve(bindGroups(...GROUPS).profile, [])).toEqual(["a.example", "b.example"]);
});

test("profiled hosts are those named by address or by name, not those of a network", () => {
  const bound = bind(`version: 1\ngroups: [${GROUPS.join(", ")}]`, {
    "b.example": ["192.0.2.9", "2001:db8::9"],
  });
  expect([...listAddresses(profiledAddresses(bound))]).toEqual([
    "10.0.0.1",
    "10.0.0.2",
    "192.0.2.9",
    "2001:db8::9",
  ]);
  expect(bound.unresolved).toEqual(["a.example"]);
});
