import type { Address } from "../../src/facts/address.js";
import { type BoundProfile, bindNames } from "../../src/profile/bind.js";
import { type Expectation, expectPort } from "../../src/profile/expectation.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";
import { parsePort } from "../../src/scope/port.js";

/** Parses and binds `groups` (YAML of the list, flow style is fine) with names and addresses as text. */
export function bind(text: string, names: Readonly<Record<string, readonly string[]>> = {}): BoundProfile {
  const resolved = new Map<string, readonly Address[]>(
    Object.entries(names).map(([name, addresses]) => [name, addresses.map(parseAddress)]),
  );
  return bindNames(parseProfile(text, "p.yaml"), resolved);
}

export function bindGroups(...groups: readonly string[]): BoundProfile {
  return bind(`version: 1\ngroups:\n${groups.map((group) => `  - ${group}\n`).join("")}`, {
    "db01.corp.example": ["10.0.0.5"],
  });
}

export function expectAt(bound: BoundProfile, address: string, port: string): Expectation {
  return expectPort(bound, parseAddress(address), parsePort(port));
}
