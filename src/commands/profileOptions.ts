/** Options that several commands of `portreeve profile` have. */
import { Option } from "commander";

export type Format = "text" | "json";

export function formatOption(): Option {
  return new Option("--format <format>", "output").choices(["text", "json"]).default("text");
}

/** Where a host is looked at from, where the configuration's is not meant. */
export interface PlaceOptions {
  readonly vantage?: string;
  readonly realm?: string;
}
