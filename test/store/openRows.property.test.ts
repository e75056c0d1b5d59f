import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Proof } from "../../src/facts/observation.js";
import { openStore } from "../../src/store/openStore.js";
import { ip, observed, openCell, quietGroup, recordRun, scratchFolder } from "./sample.js";

const DAY = 86_400_000;
const HOSTS = ["10.0.0.1", "10.0.0.2"];
const PORTS = [1, 2, 3];

const proof = fc.constantFrom<Proof | null>("open", "open", "closed", "silent", "refused", null);
const host = fc.option(fc.array(proof, { minLength: PORTS.length, maxLength: PORTS.length }), { freq: 4 });
const runs = fc.array(fc.array(host, { minLength: HOSTS.length, maxLength: HOSTS.length }), {
  minLength: 1,
  maxLength: 6,
});

/** What the first five runs of days say of a port up to a day, newest first; a plain list is the model. */
const said = (
  plan: readonly (readonly (readonly (Proof | null)[] | null)[])[],
  at: number,
  h: number,
  p: number,
) =>
  plan.flatMap((hosts, day) => {
    const word = hosts[h]?.[p] ?? null;
    return word === null || day > at ? [] : [{ day, word }];
  });

describe("open rows, against a list of what every run said", () => {
  test("tell state, first and last sight, and how sure, at every date", () => {
    const folder = scratchFolder();
    let number = 0;
    fc.assert(
      fc.property(runs, (plan) => {
        number += 1;
        const store = openStore(`${folder}/${number}.db`, { mode: "write", now: () => 100 * DAY });
        try {
          plan.forEach((hosts, day) => {
            const found = HOSTS.flatMap((address, h) => {
              const words = hosts[h] ?? null;
              if (words === null) return [];
              const of = (word: Proof) => PORTS.filter((_, p) => words[p] === word);
              const quiet = (["closed", "silent", "refused"] as const).map((word) =>
                quietGroup(word, of(word)),
              );
              return [observed(address, { cells: of("open").map((port) => openCell(port)), quiet })];
            });
            recordRun(store, (day + 1) * DAY, found);
          });
          plan.forEach((_, at) => {
            const rows = store.openRows({ at: (at + 1.5) * DAY, states: ["open", "closed", "filtered"] });
            const shown = rows.map(({ address, port, proof, firstSeen, lastSeen, certainty, changedBy }) => {
              return { address, port, proof, firstSeen, lastSeen, certainty, changedBy };
            });
            const expected = HOSTS.flatMap((address, h) =>
              PORTS.flatMap((port, p) => {
                const known = said(plan, at, h, p);
                const last = known.at(-1);
                if (last === undefined) return [];
                const first =
                  known.slice(known.findLastIndex(({ word }) => word !== last.word) + 1)[0] ?? last;
                const next = said(plan, plan.length, h, p).find(({ day }) => day > at);
                const isChanged = next !== undefined && next.word !== last.word;
                return [
                  {
                    address,
                    port,
                    proof: last.word,
                    firstSeen: (first.day + 1) * DAY,
                    lastSeen: (last.day + 1) * DAY,
                    certainty: next === undefined ? "last-known" : isChanged ? "changed" : "sure",
                    changedBy: isChanged ? next.day + 1 : null,
                  },
                ];
              }),
            );
            expect(shown).toEqual(expected);
          });
          // The same rows as the older question gives, and a comparison of the ends that never says more than both proved.
          const before = store
            .observationRows()
            .map(({ address, port, lastSeen }) => [address, port, lastSeen]);
          expect(store.openRows().map(({ address, port, lastSeen }) => [address, port, lastSeen])).toEqual(
            before,
          );
          const { changes } = store.compareRuns(1, plan.length);
          for (const { address, port, kind } of changes.filter(({ kind }) => kind === "closed")) {
            const h = HOSTS.indexOf(address);
            const p = PORTS.indexOf(port ?? 0);
            expect([plan[0]?.[h]?.[p], plan.at(-1)?.[h]?.[p], kind]).toEqual(["open", "closed", "closed"]);
          }
          expect(store.check().flatMap(({ faults }) => faults)).toEqual([]);
          expect(store.sinceRows(ip("10.0.0.9"), { protocol: "tcp", port: 1 })).toMatchObject([
            { state: "unknown" },
          ]);
        } finally {
          store.close();
        }
      }),
      { numRuns: Number(process.env.PORTREEVE_CASES ?? 60) },
    );
  }, 180_000);
});
