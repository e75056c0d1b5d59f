/**
 * The shape of a profile file. zod checks it and gives the JSON Schema that editors use; what the words mean
 * together (known services, ranges the right way round, `extends`) is checked in `parse.ts`, which can say more
 * than "does not match the pattern".
 */
import { z } from "zod";
import { FINDING_RULES, SEVERITIES } from "../facts/finding.js";

/** A name of the user's making: letters of any script, digits, `_`, `.` and `-`; never an address, so never a digit first. */
export const NAME_PATTERN = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;
const ID_PATTERN = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;

const Severity = z.enum(SEVERITIES, {
  error: `a severity is one of ${SEVERITIES.join(", ")}`,
});
const Text = z
  .string({
    error: ({ input }) =>
      typeof input === "number" || typeof input === "boolean" ? `wants text: write "${input}"` : "wants text",
  })
  .trim()
  .min(1, "is empty")
  .max(500, "is longer than 500 characters");
const Owner = Text.describe("Who answers for it. The word `unreviewed` permits nothing.");

const PORT_ENTRY = "a port (`22/tcp`), a range (`8000-8100/tcp`) or a service name";
/** A number has no protocol: say what to write instead. */
function portError({ input }: { readonly input?: unknown }): string {
  return typeof input === "number"
    ? `${input} has no protocol: write ${input}/tcp or ${input}/udp`
    : `wants ${PORT_ENTRY}`;
}
const PortText = z
  .string({ error: portError })
  .min(1, `is empty; write ${PORT_ENTRY}`)
  .meta({
    description: `${PORT_ENTRY}`,
    pattern: "^(\\d{1,5}(-\\d{1,5})?/(tcp|udp|sctp)|[^\\d/][^/]*)$",
  });

const OneOrMoreTexts = (what: string) =>
  z.union([Text, z.array(Text).min(1, `is empty; write ${what}`)], {
    error: `wants ${what}, or a list of them`,
  });

export const EntrySchema = z.strictObject({
  port: z
    .union([PortText, z.array(PortText).min(1, `is empty; write ${PORT_ENTRY}`)], { error: portError })
    .describe("One port, range or service name, or a list of them."),
  service: Text.optional().describe(
    "The nmap service name that is expected there, such as `ssh` or `postgresql`.",
  ),
  product: Text.optional().describe("The expected product: its name, or `/a regular expression/`."),
  version: Text.optional().describe("The expected version: `>=14`, `<16`, `9.6`, or several with commas."),
  owner: Owner.optional(),
  reason: Text.optional(),
  severity: Severity.optional(),
});

const Entry = z.union([PortText, EntrySchema], {
  error: (issue) =>
    typeof issue.input === "number" ? portError(issue) : `wants ${PORT_ENTRY}, or an object with \`port\``,
});
const EntryList = z.array(Entry, { error: "wants a list" });

export const MatchSchema = z.strictObject({
  network: OneOrMoreTexts("a name out of `networks` or a CIDR").optional(),
  address: OneOrMoreTexts("an address or a CIDR").optional(),
  name: OneOrMoreTexts("a host name")
    .optional()
    .describe("Host names, resolved forward; a host's own PTR never chooses."),
  tags: OneOrMoreTexts("a tag").optional().describe("Tags of assets. Match nothing until assets are known."),
});

export const GroupSchema = z.strictObject({
  id: z
    .string({ error: "wants a name of its own" })
    .regex(ID_PATTERN, "is made of letters, digits, `_`, `.` and `-`")
    .max(100, "is longer than 100 characters"),
  match: MatchSchema.nullable()
    .optional()
    .describe("Which hosts: all keys must match. Without it: every host."),
  extends: z
    .string({ error: "wants the id of another group" })
    .optional()
    .describe("Takes over that group's entries."),
  owner: Owner.optional(),
  severity: Severity.optional(),
  required: EntryList.nullable().optional().describe("Ports that must be open."),
  allowed: EntryList.nullable().optional().describe("Ports that may be open."),
  forbidden: EntryList.nullable().optional().describe("Ports that must not be open."),
});

export const DefaultsSeveritySchema = z.strictObject({
  ...Object.fromEntries(FINDING_RULES.map((rule) => [rule, Severity.optional()])),
  high_risk: Severity.optional(),
}) as z.ZodType<Partial<Record<(typeof FINDING_RULES)[number] | "high_risk", z.infer<typeof Severity>>>>;

export const DefaultsSchema = z.strictObject({
  unlisted: z
    .enum(["forbidden", "review", "allowed"], { error: "is one of forbidden, review, allowed" })
    .optional()
    .describe("What an open port is that no entry lists. `forbidden` (the default) makes it a finding."),
  severity: DefaultsSeveritySchema.optional().describe("Severity by finding rule, and of high-risk ports."),
  high_risk: z
    .array(PortText, { error: "wants a list of ports" })
    .optional()
    .describe("Ports that are forbidden unless an entry permits them. Replaces the built-in list."),
});

export const NetworkObjectSchema = z.strictObject({
  cidr: OneOrMoreTexts("a CIDR"),
  except: OneOrMoreTexts("a CIDR").optional(),
});

const Name = z
  .string()
  .regex(NAME_PATTERN, "a name begins with a letter and holds letters, digits, `_`, `.`, `-`");

export const ProfileFileSchema = z.strictObject({
  version: z.literal(1, { error: "the version is 1: this portreeve knows no other" }),
  defaults: DefaultsSchema.nullable().optional(),
  networks: z
    .record(
      Name,
      z.union([OneOrMoreTexts("a CIDR"), NetworkObjectSchema], {
        error: "wants a list of CIDRs, or `{cidr, except}`",
      }),
      {
        error: "wants names with lists of CIDRs",
      },
    )
    .nullable()
    .optional(),
  services: z
    .record(
      Name,
      z.union([PortText, z.array(PortText).min(1, `is empty; write ${PORT_ENTRY}`)], { error: portError }),
      {
        error: "wants names with lists of ports",
      },
    )
    .nullable()
    .optional(),
  groups: z.array(GroupSchema, { error: "wants a list of groups" }).nullable().optional(),
});

export type ProfileFile = z.infer<typeof ProfileFileSchema>;
export type GroupFile = z.infer<typeof GroupSchema>;
export type EntryFile = z.infer<typeof Entry>;

/** The JSON Schema (draft 7, which editors know best) of a profile file. */
export function profileJsonSchema(): Record<string, unknown> {
  return {
    title: "portreeve profile",
    ...z.toJSONSchema(ProfileFileSchema, { target: "draft-7", io: "input" }),
  };
}

/** The keys that may stand at `path`, for suggestions; none where the keys are the user's own. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const [top, second, third] = path;
  if (top === undefined) return Object.keys(ProfileFileSchema.shape);
  if (top === "defaults")
    return second === "severity" ? [...FINDING_RULES, "high_risk"] : Object.keys(DefaultsSchema.shape);
  if (top === "networks") return Object.keys(NetworkObjectSchema.shape);
  if (top !== "groups") return [];
  if (third === undefined) return Object.keys(GroupSchema.shape);
  return Object.keys(third === "match" ? MatchSchema.shape : EntrySchema.shape);
}
