import { expect, test } from "vitest";
import { lintProfile } from "../../src/profile/lint.js";
import type { LastOpen } from "../../src/profile/lintIdle.js";
import { parseAddress } from "../../src/scope/address.js";
import { parsePort } from "../../src/scope/port.js";
import { portSetOfRanges } from "../../src/scope/portSet.js";
import { bind, type Place } from "./bound.js";

const TEXT = `version: 1
groups:
  - {id: base, match: {network: 10.0.0.0/24}, required: [22/tcp], allowed: [8000-8002/tcp, 9100/tcp], forbidden: [23/tcp]}
  - {id: child, extends: base, match: {address: 10.1.0.1}, allowed: [{port: 443/tcp, from: office}, {port: 99/tcp, owner: unreviewed}]}
`;

type Ranges = readonly (readonly [number, number])[];

/** `open`: `address port`; `covered`: TCP ranges by address. */
function idle(
  open: readonly string[],
  covered: Readonly<Record<string, Ranges>>,
  place: Place = {},
): readonly string[] {
  const lastOpen: LastOpen = {
    days: 90,
    openSince: open.map((text) => {
      const [address = "", port = ""] = text.split(" ");
      return { address: parseAddress(address), ...parsePort(port) };
    }),
    coveredSince: Object.entries(covered).map(([address, tcp]) => ({
      address: parseAddress(address),
      ports: portSetOfRanges({ tcp }),
    })),
  };
  return lintProfile(bind(TEXT, {}, place), { lastOpen })
    .filter(({ message }) => message.includes("candidate"))
    .map(({ level, message, line }) => `${level} ${line.line}: ${message}`);
}

const row = (text: string, list: string, hosts: string, group = "base") =>
  `warning ${group === "base" ? 3 : 4}: group \`${group}\`: \`${text}\` is ${list}, and in 90 days no run has seen it open on the ${hosts} where it was looked for: a candidate to remove`;

test("an entry is a candidate where a run covered its ports and saw none of them open", () => {
  expect(idle([], { "10.0.0.1": [[22, 22]] })).toEqual([row("22/tcp", "required", "1 host")]);
  expect(idle([], { "10.0.0.1": [[22, 23]], "10.0.0.2": [[1, 100]] })).toEqual([
    row("22/tcp", "required", "2 hosts"),
  ]);
});

test("it is none where it is open on one host, or was not looked for", () => {
  expect(idle(["10.0.0.2 22/tcp"], { "10.0.0.1": [[22, 22]] })).toEqual([]);
  expect(idle([], { "10.0.0.1": [[80, 80]], "10.9.0.1": [[22, 22]] })).toEqual([]);
  expect(idle([], {})).toEqual([]);
});

test("a range is a candidate where all of it was looked for, on some host or other", () => {
  expect(idle([], { "10.0.0.1": [[8000, 8001]] })).toEqual([]);
  const all = { "10.0.0.1": [[8000, 8001]], "10.0.0.2": [[8002, 8002]] } as const;
  expect(idle([], all)).toEqual([row("8000-8002/tcp", "allowed", "2 hosts")]);
  expect(idle(["10.0.0.2 8002/tcp"], all)).toEqual([]);
});

test("an entry that others take over is used where one of them uses it", () => {
  expect(idle(["10.1.0.1 9100/tcp"], { "10.0.0.1": [[9100, 9100]] })).toEqual([]);
  const both = { "10.0.0.1": [[9100, 9100]], "10.1.0.1": [[9100, 9100]] } as const;
  expect(idle([], both)).toEqual([row("9100/tcp", "allowed", "2 hosts")]);
});

test("an entry that permits nothing from here is none", () => {
  const covered = { "10.1.0.1": [[1, 500]] } as const;
  const ports = (rows: readonly string[]) => rows.map((text) => /`(\d+)\/tcp`/.exec(text)?.[1]);
  expect(ports(idle([], covered))).toEqual(["22"]);
  expect(ports(idle([], covered, { vantage: "office" }))).toEqual(["22", "443"]);
});
