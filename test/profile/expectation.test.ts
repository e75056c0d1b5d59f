import { describe, expect, test } from "vitest";
import { requiredPorts } from "../../src/profile/expectation.js";
import { matchGroups } from "../../src/profile/hostRules.js";
import { parseAddress } from "../../src/scope/address.js";
import { formatPort } from "../../src/scope/port.js";
import { bind, bindGroups, expectAt } from "./bound.js";

const HOST = "10.0.0.5";
/** One group for each way to name the host, from the least specific. */
const EVERY = (rest: string) => `{id: every, ${rest}}`;
const NET8 = (rest: string) => `{id: net8, match: {network: 10.0.0.0/8}, ${rest}}`;
const NET24 = (rest: string) => `{id: net24, match: {network: 10.0.0.0/24}, ${rest}}`;
const CIDR28 = (rest: string) => `{id: cidr28, match: {address: 10.0.0.0/28}, ${rest}}`;
const NAME = (rest: string) => `{id: name, match: {name: DB01.corp.example.}, ${rest}}`;
const ADDRESS = (rest: string) => `{id: address, match: {address: [10.0.0.5]}, ${rest}}`;

describe("the group that names the host more exactly wins", () => {
  test.each([
    ["a network over every host", EVERY, NET8],
    ["a longer prefix over a shorter one", NET8, NET24],
    ["a CIDR under `address` by its prefix", NET24, CIDR28],
    ["a name over a network", CIDR28, NAME],
    ["an address over a name", NAME, ADDRESS],
  ])("%s, whatever the lists say and wherever it stands", (_what, less, more) => {
    for (const [low, high] of [
      ["forbidden", "allowed"],
      ["allowed", "forbidden"],
      ["required", "allowed"],
    ] as const) {
      const groups = [less(`${low}: [22/tcp]`), more(`${high}: [20-30/tcp]`)];
      for (const bound of [bindGroups(...groups), bindGroups(...groups.toReversed())]) {
        const expectation = expectAt(bound, HOST, "22/tcp");
        expect(expectation.verdict).toBe(high);
        expect(expectation.runnersUp.map(({ verdict }) => verdict)).toEqual([low]);
      }
    }
  });

  test("two keys say more than one of them, and both must match", () => {
    const both = "{id: both, match: {address: 10.0.0.5, network: 10.0.0.0/24}, allowed: [22/tcp]}";
    const bound = bindGroups(ADDRESS("forbidden: [22/tcp]"), both);
    expect(expectAt(bound, HOST, "22/tcp").verdict).toBe("allowed");
    const apart = bindGroups("{id: no, match: {address: 10.0.0.5, network: 10.1.0.0/24}, allowed: [22/tcp]}");
    expect(matchGroups(apart, parseAddress(HOST))).toEqual([]);
  });

  test("`except` takes addresses out of a network", () => {
    const bound = bind(
      "version: 1\nnetworks: {dmz: {cidr: 10.0.0.0/24, except: [10.0.0.1, 10.0.0.128/25]}}\ngroups: [{id: a, match: {network: dmz}}]",
    );
    const ids = (address: string) => matchGroups(bound, parseAddress(address)).map(({ group }) => group.id);
    expect([ids("10.0.0.1"), ids("10.0.0.2"), ids("10.0.0.200")]).toEqual([[], ["a"], []]);
  });

  test("IPv6 networks and addresses match as IPv4 ones do", () => {
    const bound = bindGroups(
      '{id: n, match: {network: "2001:db8::/32"}, forbidden: [22/tcp]}',
      '{id: a, match: {address: "2001:DB8:0::5"}, allowed: [22/tcp]}',
    );
    expect(expectAt(bound, "2001:db8::5", "22/tcp").verdict).toBe("allowed");
    expect(expectAt(bound, "2001:db8::6", "22/tcp").verdict).toBe("forbidden");
  });

  test("tags match nothing yet", () => {
    const bound = bindGroups("{id: t, match: {tags: [web], network: 10.0.0.0/8}, allowed: [22/tcp]}");
    expect(matchGroups(bound, parseAddress(HOST))).toEqual([]);
  });

  test("a name without an address matches nothing", () => {
    const bound = bind("version: 1\ngroups: [{id: a, match: {name: gone.example}}]");
    expect(bound.unresolved).toEqual(["gone.example"]);
    expect(matchGroups(bound, parseAddress(HOST))).toEqual([]);
  });
});

describe("between equally exact groups", () => {
  test.each<[what: string, rest: string, other: string, verdict: string, why: string]>([
    [
      "the narrower entry wins",
      "forbidden: [20-30/tcp]",
      "allowed: [22/tcp]",
      "allowed",
      "it lists 11 ports, the winner 1",
    ],
    [
      "a service's ports are counted together",
      "forbidden: [web]",
      "allowed: [443/tcp]",
      "allowed",
      "it lists 2 ports, the winner 1",
    ],
    [
      "forbidden wins a tie over required",
      "required: [22/tcp]",
      "forbidden: [ssh]",
      "forbidden",
      "forbidden wins a tie over required",
    ],
    [
      "forbidden wins a tie over allowed",
      "forbidden: [22/tcp]",
      "allowed: [22/tcp]",
      "forbidden",
      "forbidden wins a tie over allowed",
    ],
    [
      "required wins a tie over allowed",
      "allowed: [22/tcp]",
      "required: [22/tcp]",
      "required",
      "required wins a tie over allowed",
    ],
  ])("%s", (_what, rest, other, verdict, why) => {
    const port = rest.includes("web") ? "443/tcp" : "22/tcp";
    const text = (a: string, b: string) =>
      `version: 1\nservices: {web: [80/tcp, 443/tcp]}\ngroups:\n  - {id: a, match: {network: 10.0.0.0/24}, ${a}}\n  - {id: b, match: {network: 10.0.0.0/24}, ${b}}\n`;
    for (const bound of [bind(text(rest, other)), bind(text(other, rest))]) {
      const expectation = expectAt(bound, HOST, port);
      expect(expectation.verdict).toBe(verdict);
      expect(expectation.runnersUp.map((runner) => runner.why)).toEqual([why]);
    }
  });

  test("an equal tie is settled by the group's id, not by the order of the file", () => {
    const a = "{id: a, match: {network: 10.0.0.0/24}, allowed: [{port: 22/tcp, owner: anna}]}";
    const b = "{id: b, match: {network: 10.0.0.0/24}, allowed: [{port: 22/tcp, owner: bert}]}";
    expect(expectAt(bindGroups(a, b), HOST, "22/tcp").owner).toBe("anna");
    expect(expectAt(bindGroups(b, a), HOST, "22/tcp").owner).toBe("anna");
  });
});

test("two entries of one group that list the same in the same list are told apart by what they say", () => {
  const anna = "{port: 22/tcp, owner: anna}";
  const bert = "{port: 22/tcp, owner: bert}";
  expect(expectAt(bindGroups(ADDRESS(`allowed: [${anna}, ${bert}]`)), HOST, "22/tcp").owner).toBe("anna");
  expect(expectAt(bindGroups(ADDRESS(`allowed: [${bert}, ${anna}]`)), HOST, "22/tcp").owner).toBe("anna");
});

describe("`extends`", () => {
  const base =
    "{id: base, match: {network: 10.9.0.0/16}, owner: platform, severity: low, required: [22/tcp], forbidden: [8080/tcp], allowed: [{port: 9100/tcp, owner: metrics, severity: info}]}";

  test("brings the entries to the child's hosts, with the child's specificity", () => {
    const bound = bindGroups(
      base,
      "{id: child, extends: base, match: {address: 10.0.0.5}}",
      NET24("forbidden: [22/tcp]"),
    );
    const expectation = expectAt(bound, HOST, "22/tcp");
    expect(expectation).toMatchObject({
      verdict: "required",
      groupId: "child",
      owner: "platform",
      severity: "low",
    });
    expect(expectation.line).toEqual({ file: "p.yaml", line: 3 });
    expect(expectation.why).toContain("taken over from `base`");
  });

  test("does not bring the match", () => {
    const bound = bindGroups(base, "{id: child, extends: base, match: {address: 10.0.0.5}}");
    expect(matchGroups(bound, parseAddress("10.9.0.1")).map(({ group }) => group.id)).toEqual(["base"]);
    expect(matchGroups(bound, parseAddress(HOST)).map(({ group }) => group.id)).toEqual(["child"]);
  });

  test("lets the child's own entry win, be it wider and milder", () => {
    const bound = bindGroups(
      base,
      "{id: child, extends: base, match: {address: 10.0.0.5}, allowed: [8000-8999/tcp]}",
    );
    const expectation = expectAt(bound, HOST, "8080/tcp");
    expect(expectation.verdict).toBe("allowed");
    expect(expectation.runnersUp[0]?.why).toBe("`child` says otherwise than `base`, which it extends");
  });

  test("takes over owner and severity where the child and the entry have none", () => {
    const bound = bindGroups(
      base,
      "{id: child, extends: base, owner: dba, severity: high, match: {address: 10.0.0.5}}",
    );
    expect(expectAt(bound, HOST, "22/tcp")).toMatchObject({ owner: "dba", severity: "high" });
    expect(expectAt(bound, HOST, "9100/tcp")).toMatchObject({ owner: "metrics", severity: "info" });
  });

  test("goes over several steps", () => {
    const bound = bindGroups(
      "{id: c, extends: b, match: {address: 10.0.0.5}}",
      "{id: b, extends: base}",
      base,
    );
    expect(expectAt(bound, HOST, "22/tcp").verdict).toBe("required");
  });
});

describe("`unreviewed`", () => {
  test("permits nothing, and says where it stands", () => {
    const bound = bindGroups(ADDRESS("owner: me, allowed: [{port: 22/tcp, owner: Unreviewed}]"));
    expect(expectAt(bound, HOST, "22/tcp")).toMatchObject({
      verdict: "unreviewed",
      owner: null,
      why: "listed in the profile but unreviewed",
      line: { file: "p.yaml", line: 3 },
    });
  });

  test("does not stand in the way of an entry with an owner, however exact it is", () => {
    const bound = bindGroups(
      ADDRESS("owner: unreviewed, required: [22/tcp]"),
      NET8("owner: ops, allowed: [22/tcp]"),
    );
    const expectation = expectAt(bound, HOST, "22/tcp");
    expect(expectation).toMatchObject({ verdict: "allowed", owner: "ops" });
    expect(expectation.runnersUp).toMatchObject([
      { verdict: "unreviewed", why: "it is unreviewed and permits nothing" },
    ]);
  });

  test("does not weaken a prohibition: not that of another group, not its own, not the high-risk list", () => {
    const other = bindGroups(
      ADDRESS("allowed: [{port: 22/tcp, owner: unreviewed}]"),
      NET8("forbidden: [22/tcp]"),
    );
    expect(expectAt(other, HOST, "22/tcp").verdict).toBe("forbidden");
    const own = bindGroups(ADDRESS("forbidden: [{port: 22/tcp, owner: unreviewed}]"));
    expect(expectAt(own, HOST, "22/tcp").verdict).toBe("forbidden");
    const risky = expectAt(
      bindGroups(ADDRESS("allowed: [{port: 23/tcp, owner: unreviewed}]")),
      HOST,
      "23/tcp",
    );
    expect(risky).toMatchObject({ verdict: "forbidden", highRisk: true });
    expect(risky.why).toBe("it is on the high-risk list; listed in the profile but unreviewed");
  });

  test("is passed on by `extends`, from the parent and by the child", () => {
    const parent = bindGroups(
      "{id: p, owner: unreviewed, match: {network: 10.9.0.0/16}, allowed: [22/tcp]}",
      "{id: c, extends: p, owner: me, match: {address: 10.0.0.5}}",
    );
    expect(expectAt(parent, HOST, "22/tcp").verdict).toBe("unreviewed");
    const child = bindGroups(
      "{id: p, owner: me, match: {network: 10.9.0.0/16}, allowed: [22/tcp]}",
      "{id: c, extends: p, owner: unreviewed, match: {address: 10.0.0.5}}",
    );
    expect(expectAt(child, HOST, "22/tcp").verdict).toBe("unreviewed");
    const taken = bindGroups(
      "{id: p, owner: unreviewed, match: {network: 10.9.0.0/16}}",
      "{id: c, extends: p, match: {address: 10.0.0.5}, allowed: [22/tcp]}",
    );
    expect(expectAt(taken, HOST, "22/tcp").verdict).toBe("unreviewed");
  });
});

describe("a port that no entry lists", () => {
  test("is unlisted; owner, severity and line are those of the host's groups", () => {
    const bound = bindGroups(NET8("owner: ops, severity: high"), ADDRESS("allowed: [22/tcp]"));
    expect(expectAt(bound, HOST, "99/tcp")).toMatchObject({
      verdict: "unlisted",
      entry: null,
      groupId: "address",
      owner: "ops",
      severity: "high",
      line: { file: "p.yaml", line: 4 },
      highRisk: false,
    });
  });

  test("is forbidden where it is on the high-risk list, built in or the profile's own", () => {
    expect(expectAt(bindGroups(), HOST, "23/tcp")).toMatchObject({
      verdict: "forbidden",
      entry: null,
      line: null,
      highRisk: true,
    });
    expect(expectAt(bindGroups(), HOST, "138/tcp").verdict).toBe("forbidden");
    expect(expectAt(bindGroups(), HOST, "161/udp").verdict).toBe("forbidden");
    expect(expectAt(bindGroups(), HOST, "161/tcp").verdict).toBe("unlisted");
    const own = bind("version: 1\ndefaults:\n  high_risk:\n    - 5900/tcp\n");
    expect(expectAt(own, HOST, "5900/tcp")).toMatchObject({
      verdict: "forbidden",
      line: { file: "p.yaml", line: 4 },
    });
    expect(expectAt(own, HOST, "23/tcp").verdict).toBe("unlisted");
  });

  test("on the high-risk list, is permitted by an entry", () => {
    expect(expectAt(bindGroups(ADDRESS("allowed: [telnet]")), HOST, "23/tcp")).toMatchObject({
      verdict: "allowed",
      highRisk: true,
    });
  });
});

test("what is required of a host is what wins as required, each port once, in order", () => {
  const bound = bindGroups(
    NET24("required: [443/tcp, 20-22/tcp, 53/udp], forbidden: [21/tcp]"),
    NET8("required: [22/tcp, {port: 80/tcp, owner: unreviewed}]"),
    ADDRESS("allowed: [20/tcp]"),
  );
  expect(requiredPorts(bound, parseAddress(HOST)).map(formatPort)).toEqual(["22/tcp", "443/tcp", "53/udp"]);
});
