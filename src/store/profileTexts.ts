import type { ProfileText } from "../facts/profileText.js";
import { keptTextId, keptTextOf } from "./keptText.js";
import type { Ledger } from "./ledger.js";

/**
 * Keeps a profile's texts under its hash, once. Known already: nothing is written, and the names its files had the
 * first time stay. A file that several profiles share is stored once, too.
 */
export function keepProfile(ledger: Ledger, hash: string, files: readonly ProfileText[]): void {
  ledger.write(() => {
    if (profileId(ledger, hash) !== null || files.length === 0) return;
    const id = ledger.sql("INSERT INTO profile (hash) VALUES (?)").run(hash).lastInsertRowid;
    const insert = ledger.sql("INSERT INTO profile_file (profile, place, name, text) VALUES (?, ?, ?, ?)");
    files.forEach(({ name, text }, place) => {
      insert.run(id, place, name, keptTextId(ledger, text));
    });
  });
}

/** The files of a kept profile, the leading one first; null where none is kept under this hash. */
export function profileTexts(ledger: Ledger, hash: string): readonly ProfileText[] | null {
  return ledger.read(() => {
    const id = profileId(ledger, hash);
    if (id === null) return null;
    return ledger
      .sql<{ name: string; text: number }>(
        "SELECT name, text FROM profile_file WHERE profile = ? ORDER BY place",
      )
      .all(id)
      .map(({ name, text }) => ({ name, text: keptTextOf(ledger, text) }));
  });
}

function profileId(ledger: Ledger, hash: string): number | null {
  return ledger.sql<{ id: number }>("SELECT id FROM profile WHERE hash = ?").get(hash)?.id ?? null;
}
