import { describe, expect, it } from "vitest";
import { narrowToNeighbours, parseNeighbours } from "../../src/commands/neighbours.js";
import type { Address } from "../../src/facts/address.js";
import { listAddresses } from "../../src/scope/addressSet.js";
import { buildScope } from "../../src/scope/scope.js";
import { parseTarget } from "../../src/scope/target.js";

const TABLE = `2001:2:0:14::7 dev eth0 lladdr 02:00:00:00:00:07 REACHABLE
2001:2:0:14::8 dev eth0 lladdr 02:00:00:00:00:08 router STALE
2001:2:0:14::9 dev eth0 FAILED
2001:2:0:14::a dev eth0 INCOMPLETE
2001:2:0:15::1 dev eth1 lladdr 02:00:00:00:00:09 DELAY
fe80::1 dev eth0 lladdr 02:00:00:00:00:07 REACHABLE
not an address lladdr x
`;
const NEIGHBOURS = parseNeighbours(TABLE);

describe("the neighbours of a link", () => {
  it("are those that answered, without link-local addresses", () => {
    expect(NEIGHBOURS).toEqual(["2001:2:0:14::7", "2001:2:0:14::8", "2001:2:0:15::1"]);
    expect(parseNeighbours("")).toEqual([]);
  });

  it("stand for a network that cannot be swept by brute force, and the run says so", () => {
    const { targets, notes } = narrowToNeighbours(
      ["2001:2:0:14::/64", "10.0.0.1"].map(parseTarget),
      NEIGHBOURS,
    );
    const scope = buildScope({
      targets,
      exclusions: [parseTarget("2001:2:0:14::8")],
      allowed: null,
      resolved: new Map(),
    });
    expect([...listAddresses(scope.addresses)]).toEqual(["10.0.0.1", "2001:2:0:14::7"]);
    expect(notes).toEqual([expect.stringContaining("2001:2:0:14::/64: swept at 2 known neighbours")]);
  });

  it("leave a network that has none of them as it is, to be refused with a hint", () => {
    const { targets, notes } = narrowToNeighbours([parseTarget("2001:db8::/64")], NEIGHBOURS);
    expect(notes).toEqual([]);
    const build = () => buildScope({ targets, exclusions: [], allowed: null, resolved: new Map() });
    expect(build).toThrow(/a \/64 cannot be swept by brute force/);
  });

  it("do not narrow a network that a run can carry, nor IPv4", () => {
    const targets = ["2001:2:0:14::/120", "10.0.0.0/8"].map(parseTarget);
    expect(narrowToNeighbours(targets, ["2001:2:0:14::7" as Address]).targets).toEqual(targets);
  });
});
