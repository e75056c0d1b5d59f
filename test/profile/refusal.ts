import { PortreeveError } from "../../src/facts/error.js";
import { parseProfile } from "../../src/profile/parse.js";

/** The error a text is refused with; fails where it is accepted or another error comes. */
export function refusal(text: string): PortreeveError {
  try {
    parseProfile(text, "p.yaml");
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("the profile was accepted");
}
