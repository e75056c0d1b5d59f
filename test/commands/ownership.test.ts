import { describe, expect, test } from "vitest";
import { ownersBy, ownersOf, sameWord } from "../../src/commands/ownership.js";
import type { Asset } from "../../src/facts/asset.js";
import { parseProfile } from "../../src/profile/parse.js";
import { asset } from "../profile/bound.js";
import { ip } from "../store/observations.js";

const PROFILE = `version: 1
hosts:
  app: { addresses: [10.0.0.5, 10.1.0.5], seen_as: { internet: 203.0.113.5 }, owner: app-team, system: Shop, tags: [prod] }
  lone: { addresses: [172.16.0.1], owner: lone-team }
groups:
  - id: net
    match: { network: 10.0.0.0/16 }
    owner: net-team
    allowed: [80/tcp, { port: 22/tcp, owner: ssh-team }, { port: 23/tcp, owner: unreviewed }]
`;
const ASSETS: readonly Asset[] = [
  asset(["10.0.0.5"], { id: "A-5", owner: "asset owner", system: "asset system", tags: ["linux"] }),
  asset(["10.0.0.9"], { names: ["web9"], owner: "Wang", realm: "lab" }),
  asset(["172.16.0.1"], { owner: "asset owner" }),
  asset(["192.0.2.7"], { id: "x", owner: "unreviewed" }),
];

function owners(profile: string | null, assets = ASSETS) {
  return ownersBy(
    {
      profile: profile === null ? null : parseProfile(profile, "p.yaml"),
      ...{ file: null, hash: null, names: new Map(), assets, warnings: [] },
    },
    "UTC",
  );
}

function row(address: string, port: number, given: { vantage?: string; realm?: string } = {}) {
  return {
    address: ip(address),
    protocol: "tcp" as const,
    port,
    vantage: "bastion",
    realm: "default",
    ...given,
  };
}

describe("who answers for a port", () => {
  test.each([
    ["the entry's owner", "10.0.0.5", 22, "ssh-team"],
    ["the group's owner", "10.0.0.5", 80, "net-team"],
    ["the group's owner of a port that nobody listed", "10.0.0.5", 9999, "net-team"],
    ["the host's owner, where the entry is unreviewed", "10.0.0.5", 23, "app-team"],
    ["the group's of another address of the host", "10.1.0.5", 443, "net-team"],
    ["the profile's host before the asset", "172.16.0.1", 443, "lone-team"],
    ["nobody", "192.0.2.1", 443, null],
    ["nobody, where the asset list says unreviewed", "192.0.2.7", 443, null],
  ])("is %s", (_, address, port, owner) => {
    expect(owners(PROFILE).ofPort(row(address, port)).owner).toBe(owner);
  });

  test("is the asset's owner without a profile, in the realm of the asset", () => {
    const { ofPort } = owners(null);
    expect(ofPort(row("10.0.0.5", 80))).toEqual({
      owner: "asset owner",
      host: "A-5",
      system: "asset system",
      tags: ["linux"],
    });
    expect(ofPort(row("10.0.0.9", 80)).owner).toBeNull();
    expect(ofPort(row("10.0.0.9", 80, { realm: "lab" }))).toMatchObject({ owner: "Wang", host: "web9" });
  });

  test("goes with the host's system and the tags of both", () => {
    expect(owners(PROFILE).ofPort(row("10.0.0.5", 80))).toEqual({
      owner: "net-team",
      host: "app",
      system: "Shop",
      tags: ["prod", "linux"],
    });
  });

  test("is known of a NAT address from the vantage that sees it, and there alone", () => {
    const { ofPort, ofHost } = owners(PROFILE);
    expect(ofPort(row("203.0.113.5", 443, { vantage: "internet" })).host).toBe("app");
    expect(ofPort(row("203.0.113.5", 443)).host).toBeNull();
    expect(ofHost(ip("10.1.0.5"), { vantage: "bastion", realm: "default" })?.owner).toBe("app-team");
  });

  test("is added to rows, which stay what they are", () => {
    const rows = [row("10.0.0.5", 22), row("192.0.2.1", 1)];
    expect(ownersOf(rows, owners(PROFILE)).map(({ port, owner }) => [port, owner])).toEqual([
      [22, "ssh-team"],
      [1, null],
    ]);
  });

  test("is unknown where there is neither a profile nor a list", () => {
    expect(owners(null, []).areUnknown).toBe(true);
    expect(owners(null).areUnknown).toBe(false);
    expect(owners(PROFILE, []).areUnknown).toBe(false);
  });
});

test.each([
  ["DBA Team", "dba team", true],
  ["张伟", " 张伟 ", true],
  ["dba", "dba team", false],
  [null, "null", false],
])("%j is asked for by %j: %s", (word, asked, same) => {
  expect(sameWord(word, asked)).toBe(same);
});
