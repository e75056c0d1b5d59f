/**
 * Which rule and which exception win, with vantages, hosts of several addresses, tags and realms, over random
 * profiles: held against a model that tries everything and knows no index, and against the same profile with its
 * groups, entries, exceptions, hosts and files in another order.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FINDING_RULES } from "../../src/facts/finding.js";
import type { BoundProfile } from "../../src/profile/bind.js";
import { exceptionsOf, findException } from "../../src/profile/exceptionRules.js";
import { expectPort, requiredPorts } from "../../src/profile/expectation.js";
import { matchGroups } from "../../src/profile/hostRules.js";
import { parseAddress } from "../../src/scope/address.js";
import { coverOf, hostOf, judge, specificity } from "./ruleModel.js";
import { ADDRESSES, bindAt, PORTS, REALMS, VANTAGES, written } from "./writtenRules.js";

const CASES = Number(process.env.PORTREEVE_CASES ?? 60);
/** The model calls exceptions over that end before this day. */
const TODAY = Date.UTC(2026, 5, 15, 12);
const place = fc.record({ vantage: fc.constantFrom(...VANTAGES), realm: fc.constantFrom(...REALMS) });
const asked = [...ADDRESSES, "203.0.113.5", "10.0.0.6"];

test("the most specific rule and exception win as a model has it that tries every one", () => {
  fc.assert(
    fc.property(written, place, (profile, where) => {
      const bound = bindAt(profile, where);
      for (const text of asked) {
        const address = parseAddress(text);
        const host = hostOf(profile, text, where);
        const matching = profile.groups.filter(
          ({ match }) => specificity(match, host, profile, where) !== null,
        );
        expect(
          matchGroups(bound, address)
            .map(({ group }) => group.id)
            .sort(),
        ).toEqual(matching.map(({ id }) => id).sort());
        const required = requiredPorts(bound, address).map(({ port }) => port);
        for (const port of PORTS) {
          const told = expectPort(bound, address, { protocol: "tcp", port });
          // 21 and 23 are on the high-risk list.
          const risk = (said: string) => (/^un/.test(said) && port % 2 === 1 ? "forbidden null" : said);
          expect(judge(profile, text, port, where).map(risk)).toContain(`${told.verdict} ${told.elsewhere}`);
          expect(required.includes(port)).toBe(told.verdict === "required");
          for (const rule of FINDING_RULES.slice(0, 5)) {
            const cover = findException(bound, { address, port: { protocol: "tcp", port }, rule }, TODAY);
            const said = cover === null ? null : `${cover.exception.id} ${cover.active}`;
            expect(said).toBe(coverOf(profile, text, port, rule, where));
          }
        }
      }
    }),
    { numRuns: CASES },
  );
});

/** Everything that is said, words included. */
function everything(bound: BoundProfile): unknown {
  return asked.map((text) => {
    const address = parseAddress(text);
    const identity = bound.identities.byAddress.get(address);
    return [
      identity,
      matchGroups(bound, address).map(({ group, how }) => [group.id, how]),
      exceptionsOf(bound, address).map(({ id }) => id),
      PORTS.map((port) => {
        const told = expectPort(bound, address, { protocol: "tcp", port });
        return [
          told.verdict,
          told.elsewhere,
          told.groupId,
          told.why,
          told.runnersUp.map(({ verdict, groupId, why, entry }) => [verdict, groupId, why, entry.text]),
        ];
      }),
    ];
  });
}

test("whatever the order of groups, entries, exceptions, hosts, assets and files", () => {
  fc.assert(
    fc.property(written, place, fc.infiniteStream(fc.nat()), (profile, where, numbers) => {
      const shuffle = <T>(items: readonly T[]): readonly T[] =>
        items
          .map((item) => ({ item, at: Number(numbers.next().value) }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item);
      expect(everything(bindAt(profile, where, shuffle))).toEqual(everything(bindAt(profile, where)));
    }),
    { numRuns: CASES },
  );
});
