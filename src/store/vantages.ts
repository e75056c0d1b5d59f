import type { Ledger } from "./ledger.js";

/** Where things are seen from; every vantage of every realm where a part is left out. */
export interface Place {
  readonly realm?: string;
  readonly vantage?: string;
}

export interface KnownVantage {
  readonly id: number;
  readonly vantage: string;
  readonly realm: string;
}

export function vantagesAt(ledger: Ledger, place: Place): KnownVantage[] {
  return ledger
    .sql<KnownVantage>(
      `SELECT vantage.id, vantage.name AS vantage, realm.name AS realm
       FROM vantage JOIN realm ON realm.id = vantage.realm ORDER BY realm.name, vantage.name`,
    )
    .all()
    .filter(
      (each) =>
        (place.vantage === undefined || each.vantage === place.vantage) &&
        (place.realm === undefined || each.realm === place.realm),
    );
}
