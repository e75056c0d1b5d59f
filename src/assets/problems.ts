/** What is wrong with one row, for people. The message is safe to print. */
export interface AssetProblem {
  /** Where the row begins, from 1. */
  readonly line: number;
  readonly message: string;
}
