/** The single words of a profile's schema: texts, names, severities, ports, days, and what is told of a wrong one. */
import { z } from "zod";
import { SEVERITIES } from "../facts/finding.js";
import { explainDay } from "./day.js";

/** A name of the user's making: letters of any script, digits, `_`, `.` and `-`; never an address, so never a digit first. */
export const NAME_PATTERN = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const ID_PATTERN = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
/** As the configuration has them. */
const PLACE_PATTERN = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
/** Letters, digits, `-`, `_` and dots between, and not digits alone, which would be an address. */
const HOST_PATTERN = /^(?![\d.]+$)[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?$/;

export const Severity = z.enum(SEVERITIES, {
  error: `a severity is one of ${SEVERITIES.join(", ")}`,
});

export const Text = z
  .string({
    error: ({ input }) =>
      typeof input === "number" || typeof input === "boolean" ? `wants text: write "${input}"` : "wants text",
  })
  .trim()
  .min(1, "is empty")
  .max(500, "is longer than 500 characters");

export const Name = z
  .string()
  .regex(NAME_PATTERN, "a name begins with a letter and holds letters, digits, `_`, `.`, `-`");

export const Id = z
  .string({
    error: ({ input }) =>
      typeof input === "number" ? `wants text: write "${input}"` : "wants a name of its own",
  })
  .regex(ID_PATTERN, "is made of letters, digits, `_`, `.` and `-`")
  .max(100, "is longer than 100 characters");

/** A vantage or a realm. */
export const Place = z
  .string({
    error: ({ input }) => (typeof input === "number" ? `wants text: write "${input}"` : "wants a name"),
  })
  .regex(PLACE_PATTERN, "is one word of letters, digits, `.`, `_` and `-` (64 at most)");

export const HostName = z
  .string()
  .regex(
    HOST_PATTERN,
    "a host's key is its name, such as `db01` or `db01.corp.example`; its addresses come after",
  );

export const PORT_ENTRY = "a port (`22/tcp`), a range (`8000-8100/tcp`) or a service name";

/** A number has no protocol: say what to write instead. */
export function portError({ input }: { readonly input?: unknown }): string {
  return typeof input === "number"
    ? `${input} has no protocol: write ${input}/tcp or ${input}/udp`
    : `wants ${PORT_ENTRY}`;
}

export const PortText = z
  .string({ error: portError })
  .min(1, `is empty; write ${PORT_ENTRY}`)
  .meta({
    description: `${PORT_ENTRY}`,
    pattern: "^(\\d{1,5}(-\\d{1,5})?/(tcp|udp|sctp)|[^\\d/][^/]*)$",
  });

/** One port, range or service name, or a list of them. */
export const Ports = z.union([PortText, z.array(PortText).min(1, `is empty; write ${PORT_ENTRY}`)], {
  error: portError,
});

/** One of a kind, or a list that is not empty. `what` names it for messages. */
export function oneOrMore<T extends z.ZodType>(one: T, what: string) {
  return z.union([one, z.array(one).min(1, `is empty; write ${what}`)], {
    error: `wants ${what}, or a list of them`,
  });
}

/** A day of the calendar; whether there is such a day is asked where it is read. */
export const Day = z
  .string({
    error: ({ input }) =>
      typeof input === "number" ? explainDay(String(input)) : "wants a day, such as 2026-03-31",
  })
  .meta({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" });

const DAYS = "wants a number of days: `7d`, `2w` or 7";
/** How long something may take. */
export const Days = z.union(
  [z.int(DAYS).min(0, DAYS).max(3650, "is more than ten years"), z.string().regex(/^\d{1,4}[dw]$/, DAYS)],
  { error: DAYS },
);
