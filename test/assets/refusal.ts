import { PortreeveError } from "../../src/facts/error.js";

/** The error that `work` refuses with; fails where it accepts or another error comes. */
export function refusalOf(work: () => unknown): PortreeveError {
  try {
    work();
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
