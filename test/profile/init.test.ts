import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { expectPort } from "../../src/profile/expectation.js";
import { matchGroups } from "../../src/profile/hostRules.js";
import { initProfile } from "../../src/profile/init.js";
import { parseProfile } from "../../src/profile/parse.js";
import { makeHost, makeRow, makeService, makeView, openHost } from "../exposure/views.js";
import { bind } from "./bound.js";

function groupsOf(yaml: string): readonly string[] {
  return parseProfile(yaml, "p.yaml").groups.map(({ id, match, entries }) => {
    const addresses = match.addresses?.map(({ text }) => text.replace(/\/(32|128)$/, "")).join(" ");
    return `${id}: ${addresses}: ${entries.map(({ text }) => text).join(" ")}`;
  });
}

describe("a starting profile", () => {
  test("puts hosts of one segment with the same open ports into one group, named after what they do", () => {
    const view = makeView([
      openHost("198.18.0.20", "22/tcp", "80/tcp"),
      openHost("198.18.0.3", "80/tcp", "22/tcp"),
      openHost("198.18.1.3", "22/tcp", "80/tcp"),
      openHost("198.18.0.4", "22/tcp", "5432/tcp"),
      openHost("198.18.0.5", "22/tcp"),
      openHost("198.18.0.6", "22/tcp", "8080/tcp"),
      openHost("198.18.0.7", "7777/tcp", "9999/udp"),
      openHost("2001:db8:0:1::", "53/udp"),
      makeHost("198.18.0.8"),
    ]);
    expect(groupsOf(initProfile(view))).toEqual([
      "web-198-18-0: 198.18.0.3 198.18.0.20: 22/tcp 80/tcp",
      "db-198-18-0: 198.18.0.4: 22/tcp 5432/tcp",
      "ssh-198-18-0: 198.18.0.5: 22/tcp",
      "web-198-18-0-2: 198.18.0.6: 22/tcp 8080/tcp",
      "port-7777-198-18-0: 198.18.0.7: 7777/tcp 9999/udp",
      "quiet-198-18-0: 198.18.0.8: ",
      "web-198-18-1: 198.18.1.3: 22/tcp 80/tcp",
      "dns-2001-db8-0-1: 2001:db8:0:1::: 53/udp",
    ]);
  });

  test("expects the services that were identified, and tells guesses and products in comments", () => {
    const view = makeView([
      makeHost("198.18.0.3", {
        names: ["www.example.org"],
        ports: [
          makeRow("198.18.0.3", "22/tcp", {
            service: makeService("ssh", { product: "OpenSSH", version: "9.2p1" }),
          }),
          makeRow("198.18.0.3", "23/tcp", { service: makeService("telnet", { method: "table" }) }),
          makeRow("198.18.0.3", "443/tcp", { service: makeService("http", { tunnel: "ssl" }) }),
          makeRow("198.18.0.3", "444/tcp", { service: makeService("tcpwrapped") }),
        ],
      }),
    ]);
    const text = initProfile(view);
    expect(text).toContain("        - 198.18.0.3  # www.example.org\n");
    expect(text).toContain("- { port: 22/tcp, service: ssh, owner: unreviewed }  # OpenSSH 9.2p1\n");
    expect(text).toContain("- { port: 23/tcp, owner: unreviewed }  # telnet by its number; high-risk port\n");
    expect(text).toContain("- { port: 443/tcp, service: ssl/http, owner: unreviewed }\n");
    expect(text).toContain("- { port: 444/tcp, owner: unreviewed }\n");
  });

  test("leaves out what was not proved in this run and what answers for everybody", () => {
    const ports = [
      makeRow("198.18.0.3", "22/tcp", { covered: false }),
      makeRow("198.18.0.3", "53/udp", { state: "open|filtered", proof: "silent" }),
      makeRow("198.18.0.3", "80/tcp", { confidence: "tarpit" }),
    ];
    const view = makeView([
      makeHost("198.18.0.3", { ports }),
      makeHost("198.18.0.4", { presence: "silent" }),
    ]);
    expect(groupsOf(initProfile(view))).toEqual(["quiet-198-18-0: 198.18.0.3: "]);
  });

  test("of a run without hosts is a profile without groups", () => {
    expect(parseProfile(initProfile(makeView([])), "p.yaml").groups).toEqual([]);
  });

  test("explains itself in comments, and its examples are valid once they are taken over", () => {
    const text = initProfile(makeView([]));
    expect(text).toContain("It permits nothing yet.");
    const from = text.indexOf("# vantages:");
    const examples = text.slice(from, text.indexOf("\ngroups:", from)).replaceAll(/^# ?/gm, "");
    const example = parseProfile(`version: 1\n${examples}`, "p.yaml");
    expect(new Set(example.groups[0]?.entries.map(({ list }) => list))).toEqual(
      new Set(["required", "allowed", "forbidden"]),
    );
    expect(example.groups[0]?.entries.some(({ from }) => from?.includes("bastion"))).toBe(true);
    expect(example.exceptions.map(({ expires }) => expires)).toEqual(["2026-12-31"]);
  });

  test("permits nothing and parses, whatever the network says of itself", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom(
        "null",
        "true",
        "ssh",
        "x\n    owner: me",
        "a # b",
        "a }",
        "\u2028owner: me",
        "- x",
        "\x1b[31m",
        "&a",
        "*a",
        "ssh, owner: me",
      ),
    );
    const row = fc.record({
      port: fc.integer({ min: 0, max: 65535 }),
      name: hostile,
      product: hostile,
      tunnel: fc.option(hostile),
      method: fc.constantFrom("table" as const, "probed" as const),
    });
    const host = fc.record({
      last: fc.integer({ min: 1, max: 254 }),
      names: fc.array(hostile, { maxLength: 3 }),
      rows: fc.uniqueArray(row, { selector: ({ port }) => port, maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(host, { selector: ({ last }) => last, maxLength: 5 }),
        hostile,
        (hosts, vantage) => {
          const view = makeView(
            hosts.map(({ last, names, rows }) => {
              const address = `198.18.0.${last}`;
              const ports = rows.map(({ port, name, product, tunnel, method }) =>
                makeRow(address, `${port}/tcp`, { service: makeService(name, { product, tunnel, method }) }),
              );
              return makeHost(address, { names, ports });
            }),
            { vantage },
          );
          const text = initProfile(view);
          expect(text).toMatch(/^[\x20-\x7e\n]*$/);
          expect(parseDocument(text).warnings).toEqual([]);
          const bound = bind(text);
          for (const { address, ports } of view.hosts) {
            expect(matchGroups(bound, address)).toHaveLength(1);
            for (const port of ports)
              expect(["unreviewed", "forbidden"]).toContain(expectPort(bound, address, port).verdict);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
