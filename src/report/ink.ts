import { styleText } from "node:util";
import type { Severity } from "../facts/finding.js";

/** What a piece of text is, not how it looks. */
export type Role = "heading" | "bad" | "warn" | "note" | "good" | "dim" | "host";

const LOOKS = {
  heading: "bold",
  bad: ["bold", "red"],
  warn: "yellow",
  note: "cyan",
  good: "green",
  dim: "dim",
  host: "bold",
} as const satisfies Record<Role, Parameters<typeof styleText>[0]>;

/** Signs that carry a meaning of their own, so that nothing hangs on colour. */
const UNICODE = { bad: "✗", open: "●", absent: "○", good: "✓", dash: "–", arrow: "→", dot: "·", down: "▸" };
const ASCII: typeof UNICODE = {
  bad: "x",
  open: "*",
  absent: "o",
  good: "+",
  dash: "-",
  arrow: "->",
  dot: "|",
  down: ">",
};

export interface InkOptions {
  readonly color: boolean;
  /** False: ASCII signs only, for terminals and mail that know no better. */
  readonly unicode: boolean;
}

export interface Ink {
  readonly signs: typeof UNICODE;
  /** Colour on `text` if it was asked for; `text` must be safe already (escape.ts). */
  readonly paint: (role: Role, text: string) => string;
  /** The last step of every document: without Unicode no `…` of ours is left either. */
  readonly finish: (text: string) => string;
}

export function makeInk({ color, unicode }: InkOptions): Ink {
  return {
    signs: unicode ? UNICODE : ASCII,
    // Whether there is a terminal was decided by whoever asked for colour: styleText must not ask again.
    paint: (role, text) => (color ? styleText([LOOKS[role]].flat(), text, { validateStream: false }) : text),
    finish: (text) => (unicode ? text : text.replaceAll("…", "~")),
  };
}

/** How a severity looks; its word stands beside it always. */
export function severityRole(severity: Severity): Role {
  switch (severity) {
    case "critical":
    case "high":
      return "bad";
    case "medium":
      return "warn";
    case "low":
      return "note";
    case "info":
      return "dim";
  }
}
