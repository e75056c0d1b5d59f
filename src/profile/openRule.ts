import type { FindingRule } from "../facts/finding.js";
import type { Expectation } from "./expectation.js";
import type { Defaults } from "./profile.js";

/** The rule that a port breaks by being open, null where it may be. */
export function openRule(
  { verdict, elsewhere }: Pick<Expectation, "verdict" | "elsewhere">,
  { unlisted }: Pick<Defaults, "unlisted">,
): FindingRule | null {
  switch (verdict) {
    case "forbidden":
      return elsewhere === null ? "forbidden-open" : "vantage-violation";
    case "unreviewed":
      return "unexpected-open";
    case "unlisted":
      return unlisted === "forbidden" ? "unexpected-open" : null;
    case "required":
    case "allowed":
      return null;
  }
}
