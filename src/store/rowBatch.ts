import type { Ledger } from "./ledger.js";

/** Rows of a statement: a call for each row costs as much as the row. */
const ROWS = 16;

/** Rows on their way into a table, several at a time. Whoever asks the table before `flush` does not see the last ones. */
export class RowBatch {
  readonly #ledger: Ledger;
  readonly #into: string;
  readonly #row: string;
  #values: unknown[] = [];
  #rows = 0;

  /** @param into table with its columns: `head (host, vantage, digest)` */
  constructor(ledger: Ledger, into: string) {
    this.#ledger = ledger;
    this.#into = into;
    this.#row = `(${into
      .split(",")
      .map(() => "?")
      .join(", ")})`;
  }

  add(...row: readonly unknown[]): void {
    for (const value of row) this.#values.push(value);
    this.#rows += 1;
    if (this.#rows === ROWS) this.flush();
  }

  flush(): void {
    if (this.#rows === 0) return;
    const rows = new Array(this.#rows).fill(this.#row).join(", ");
    this.#ledger.sql(`INSERT INTO ${this.#into} VALUES ${rows}`).run(this.#values);
    this.#values = [];
    this.#rows = 0;
  }
}
