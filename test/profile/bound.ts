import type { Address } from "../../src/facts/address.js";
import type { Asset } from "../../src/facts/asset.js";
import { type BoundProfile, bindProfile } from "../../src/profile/bind.js";
import { type Expectation, expectPort } from "../../src/profile/expectation.js";
import { parseProfile } from "../../src/profile/parse.js";
import { parseAddress } from "../../src/scope/address.js";
import { parsePort } from "../../src/scope/port.js";

export interface Place {
  readonly vantage?: string;
  readonly realm?: string;
  readonly zone?: string;
  readonly assets?: readonly Asset[];
}

/** Parses and binds `text` with names and addresses as text, as seen from the bastion unless told otherwise. */
export function bind(
  text: string,
  names: Readonly<Record<string, readonly string[]>> = {},
  { vantage = "bastion", realm = "default", zone = "UTC", assets = [] }: Place = {},
): BoundProfile {
  const resolved = new Map<string, readonly Address[]>(
    Object.entries(names).map(([name, addresses]) => [name, addresses.map(parseAddress)]),
  );
  return bindProfile(parseProfile(text, "p.yaml"), { vantage, realm, zone, names: resolved, assets });
}

/** Binds `groups`: each the YAML of one group, flow style is fine. The first stands in line 3. */
export function bindGroups(...groups: readonly string[]): BoundProfile {
  return bind(`version: 1\ngroups:\n${groups.map((group) => `  - ${group}\n`).join("")}`, {
    "db01.corp.example": ["10.0.0.5"],
  });
}

export function expectAt(bound: BoundProfile, address: string, port: string): Expectation {
  return expectPort(bound, parseAddress(address), parsePort(port));
}

/** An asset with these addresses; the rest as given. */
export function asset(addresses: readonly string[], rest: Partial<Asset> = {}): Asset {
  return {
    id: null,
    names: [],
    owner: null,
    system: null,
    tags: [],
    realm: null,
    ...rest,
    addresses: addresses.map(parseAddress),
  };
}
