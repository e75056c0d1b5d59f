import { describe, expect, test } from "vitest";
import { parseProfile } from "../../src/profile/parse.js";
import { formatPortSet } from "../../src/scope/portSet.js";
import { refusal } from "./refusal.js";

/** A profile with one exception, each of its keys on a line of its own; `lines` replace those of the same key. */
function withException(...lines: readonly string[]): string {
  const all = new Map([
    ["id", "id: E-1"],
    ["match", "match: { host: app07 }"],
    ["ports", "ports: [8080/tcp]"],
    ["owner", "owner: li.wei"],
    ["reason", "reason: until it is moved"],
    ["expires", "expires: 2026-03-31"],
  ]);
  for (const line of lines) all.set(line.split(/[:?]/)[0] ?? "", line);
  // `key?` leaves the key out.
  const kept = [...all.values()].filter((line) => !line.endsWith("?"));
  return `version: 1\nexceptions:\n  - ${kept.join("\n    ")}\n`;
}

describe("an exception", () => {
  test("keeps what it is for, by whose word and until when", () => {
    const [exception] = parseProfile(
      withException(
        "ports: [8080/tcp, http]",
        "rules: [unexpected-open, unexpected-open]",
        "from: [office]",
        "ticket: CHG-1",
        "approved_by: ciso",
      ),
      "p.yaml",
    ).exceptions;
    expect(exception).toMatchObject({
      id: "E-1",
      match: { hosts: { names: ["app07"], addresses: [] } },
      text: "8080/tcp, http",
      rules: ["unexpected-open"],
      from: ["office"],
      owner: "li.wei",
      reason: "until it is moved",
      ticket: "CHG-1",
      approvedBy: "ciso",
      expires: "2026-03-31",
      line: { file: "p.yaml", line: 3 },
    });
    expect(exception?.ports && formatPortSet(exception.ports)).toBe("T:80,8080");
  });

  test("is for every rule about ports, from anywhere, where it says nothing of them", () => {
    const [exception] = parseProfile(withException('expires: "2026-12-31"'), "p.yaml").exceptions;
    expect(exception).toMatchObject({
      rules: null,
      from: null,
      ticket: null,
      approvedBy: null,
      expires: "2026-12-31",
    });
  });

  test("about the host itself has no ports; one with ports may be about the host, too", () => {
    const rules = (...lines: readonly string[]) =>
      parseProfile(withException(...lines), "p.yaml").exceptions.map(({ ports, rules }) => [
        ports === null,
        rules,
      ]);
    expect(rules("ports?", "rules: host-missing")).toEqual([[true, ["host-missing"]]]);
    expect(rules("ports?", "rules: [host-unknown, host-missing]")).toEqual([
      [true, ["host-unknown", "host-missing"]],
    ]);
    expect(rules("rules: [host-unknown, required-missing]")).toEqual([
      [false, ["host-unknown", "required-missing"]],
    ]);
  });

  test.each<[what: string, lines: readonly string[], message: string]>([
    [
      "without an end",
      ["expires?"],
      "3:5: `expires` is missing here: an exception has a last day, such as `expires: 2026-03-31`",
    ],
    ["with an empty end", ["expires:"], "8:13: `expires`: wants a day, such as 2026-03-31"],
    ["with a day that is none", ["expires: 2026-02-30"], "8:14: `2026-02-30` is no day of the calendar"],
    [
      "with 29 February of another year",
      ["expires: 2026-02-29"],
      "8:14: `2026-02-29` is no day of the calendar",
    ],
    [
      "with a day as it is written elsewhere",
      ["expires: 31.03.2026"],
      "8:14: `31.03.2026` is not how a day is written: write 2026-03-31",
    ],
    [
      "with a day without strokes",
      ["expires: 20260331"],
      "8:14: `expires`: `20260331` is not how a day is written: write 2026-03-31",
    ],
    [
      "that never ends",
      ["expires: never"],
      "8:14: `never` is no day: write year, month and day, such as 2026-03-31",
    ],
    ["without hosts", ["match?"], "3:5: `match` is missing here: an exception says for which hosts it is"],
    ["for all hosts", ["match: {}"], "4:12: `match` is empty: an exception says for which hosts it is"],
    ["with an empty match", ["match:"], "4:11: `match`: wants a map, not nothing"],
    [
      "without ports and rules",
      ["ports?"],
      "3:5: an exception says for which `ports` it is; one about the host itself has `rules: [host-missing]` or `[host-unknown]`",
    ],
    [
      "without the ports that its rule is about",
      ["ports?", "rules: [host-missing, required-missing]"],
      "8:27: `required-missing` is about ports: say which under `ports`",
    ],
    [
      "with ports for rules about the host",
      ["rules: [host-missing]"],
      "5:12: `rules` names rules about the host only: leave `ports` out",
    ],
    [
      "from a rule about exceptions",
      ["rules: [unexpected-open, exception-expired]"],
      "9:30: `exception-expired` is about exceptions: no exception accepts it",
    ],
    [
      "from an unknown rule",
      ["rules: [unexpected-opn]"],
      "9:13: a rule is one of unexpected-open, forbidden-open, required-missing, wrong-service, vantage-violation, host-unknown, host-missing, firewall-hole, unconfirmed, not `unexpected-opn`; did you mean `unexpected-open`?",
    ],
    ["without an owner", ["owner?"], "3:5: `owner` is missing here: somebody answers for an exception"],
    ["owned by nobody", ["owner: Unreviewed"], "6:12: an exception is somebody's word: name its owner"],
    [
      "with a misspelt `unreviewed`",
      ["owner: unreviewd"],
      "6:12: `unreviewd` is no owner; did you mean `unreviewed`?",
    ],
    ["without a reason", ["reason?"], "3:5: `reason` is missing here: an exception says why"],
    ["with a number for a ticket", ["ticket: 4711"], '9:13: `ticket`: wants text: write "4711"'],
    ["with a number for an id", ["id: 14"], '3:9: `id`: wants text: write "14"'],
    ["without an id", ["id?"], "3:5: `id` is missing here"],
    [
      "with an unknown port",
      ["ports: [8080/tcp, htps]"],
      "5:23: unknown service `htps`; did you mean `https`?",
    ],
    ["with an unknown key", ["expiry: 2026-03-31"], "9:5: unknown key `expiry`; did you mean `expires`?"],
    ["with a key of groups", ["severity: low"], "9:5: unknown key `severity`"],
    [
      "for an unknown network",
      ["match: { network: lan }"],
      "4:23: unknown network `lan`; name it under `networks`, or write a CIDR",
    ],
  ])("%s is refused", (_what, lines, message) => {
    expect(refusal(withException(...lines)).message).toBe(`p.yaml:${message}`);
  });

  test("of an id that another has is refused", () => {
    const one = "{id: E, match: {host: a}, ports: ssh, owner: a, reason: b, expires: 2026-01-01}";
    expect(refusal(`version: 1\nexceptions:\n  - ${one}\n  - ${one}\n`).message).toBe(
      "p.yaml:4:10: the id `E` is taken by the exception of p.yaml:3",
    );
  });
});
