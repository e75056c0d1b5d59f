/**
 * The shape of a profile file. zod checks it and gives the JSON Schema that editors use; what the words mean
 * together (known services, ranges the right way round, `extends`) is checked in `parse.ts`, which can say more
 * than "does not match the pattern". Each key has a description: the schema is half of the language's manual.
 */
import { z } from "zod";
import { FINDING_RULES } from "../facts/finding.js";
import { DefaultsSchema } from "./schemaDefaults.js";
import {
  Day,
  HostName,
  Id,
  Name,
  oneOrMore,
  Place,
  PORT_ENTRY,
  Ports,
  PortText,
  portError,
  Severity,
  Text,
} from "./schemaWords.js";

const vantages = (description: string) => oneOrMore(Place, "a vantage").optional().describe(description);

export const EntrySchema = z.strictObject({
  port: Ports.describe("One port, range or service name, or a list of them."),
  service: Text.optional().describe(
    "The nmap service name that is expected there, such as `ssh`, `postgresql` or `ssl/http`. Another one is `wrong-service`.",
  ),
  product: Text.optional().describe(
    "The expected product: its name as nmap tells it, or `/a regular expression/`.",
  ),
  version: Text.optional().describe("The expected version: `>=14`, `<16`, `9.6`, or several with commas."),
  from: vantages(
    "The vantages from which the port is required or allowed. From any other it must not be open. Without it: every vantage.",
  ),
  closed_from: vantages(
    "The vantages from which the port must not be open, whatever the list says. It beats `from`.",
  ),
  owner: Text.optional().describe(
    "Who answers for the port. Default: the group's owner. `unreviewed` permits nothing.",
  ),
  reason: Text.optional().describe("Why the port is as it is; shown by `profile explain` and in reports."),
  severity: Severity.optional().describe(
    "The severity of findings about these ports. Default: the group's, else that of the rule.",
  ),
});

const Entry = z.union([PortText, EntrySchema], {
  error: (issue) =>
    typeof issue.input === "number" ? portError(issue) : `wants ${PORT_ENTRY}, or an object with \`port\``,
});
const entries = (description: string) =>
  z.array(Entry, { error: "wants a list" }).nullable().optional().describe(description);

const lists = {
  required: entries("Ports that must be open."),
  allowed: entries("Ports that may be open."),
  forbidden: entries("Ports that must not be open."),
};

export const MatchSchema = z.strictObject({
  network: oneOrMore(Text, "a name out of `networks` or a CIDR")
    .optional()
    .describe("Hosts in a network: a name out of `networks`, or a CIDR; or a list of them."),
  address: oneOrMore(Text, "an address or a CIDR")
    .optional()
    .describe("Hosts by address: addresses or CIDRs. A single address names a host most exactly."),
  cidr: oneOrMore(Text, "an address or a CIDR").optional().describe("Another word for `address`."),
  name: oneOrMore(Text, "a host name")
    .optional()
    .describe(
      "Host names: names out of `hosts`, names and ids of assets, else resolved forward. A host's own PTR never chooses.",
    ),
  host: oneOrMore(Text, "a host name or an address")
    .optional()
    .describe("Host names and single addresses, mixed as it comes; either names the host."),
  tags: oneOrMore(Text, "a tag")
    .optional()
    .describe("Tags that a host has in `hosts` or in an asset list; one of the list is enough."),
  realm: oneOrMore(Place, "a realm")
    .optional()
    .describe("The realm of the audit, which keeps networks with the same private addresses apart."),
});

export const GroupSchema = z.strictObject({
  id: Id.describe("The group's own name, unique over all files."),
  match: MatchSchema.nullable()
    .optional()
    .describe("Which hosts: all keys must match, of a list any one does. Without it: every host."),
  extends: z
    .string({ error: "wants the id of another group" })
    .optional()
    .describe("Takes over that group's entries, and its owner and severity where it has none of its own."),
  templates: oneOrMore(Text, "the name of a template")
    .optional()
    .describe(
      "Takes over the entries of templates: your own, or web, database, domain-controller, hypervisor, printer.",
    ),
  owner: Text.optional().describe(
    "Who answers for its ports. Default: the owner of the group it extends. `unreviewed` permits nothing.",
  ),
  severity: Severity.optional().describe("The severity of findings about its ports. Default: the rule's."),
  ...lists,
});

export const TemplateSchema = z.strictObject(
  {
    description: Text.optional().describe("What the template is for."),
    ...lists,
  },
  { error: "wants a map with `required`, `allowed` or `forbidden`" },
);

/** What an exception may accept; that one about exceptions is refused is told where exceptions are read. */
const ACCEPTABLE = FINDING_RULES.filter((rule) => !rule.startsWith("exception-"));
const Rule = z
  .enum(FINDING_RULES, { error: `a rule is one of ${ACCEPTABLE.join(", ")}` })
  .meta({ enum: ACCEPTABLE });

export const ExceptionSchema = z.strictObject({
  id: Id.describe("The exception's own name, unique over all files, such as EXC-2026-014."),
  match: MatchSchema.describe("Which hosts, as in a group; at least one key."),
  ports: Ports.optional().describe(
    "The ports it is for. Left out only where `rules` names nothing but host-unknown and host-missing.",
  ),
  rules: oneOrMore(Rule, "a rule of findings")
    .optional()
    .describe(
      "The rules of findings it accepts. Default: unexpected-open, forbidden-open, wrong-service, vantage-violation, firewall-hole, unconfirmed.",
    ),
  from: vantages("The vantages it holds for. Without it: every vantage."),
  owner: Text.describe("Who answers for it. Never `unreviewed`."),
  reason: Text.describe("Why it is accepted."),
  expires: Day.describe(
    "Mandatory: the last day it holds, YYYY-MM-DD. It ends at midnight of the configured time zone.",
  ),
  ticket: Text.optional().describe("Where it was asked for."),
  approved_by: Text.optional().describe("Who approved it."),
});

const HostSchema = z.strictObject({
  addresses: oneOrMore(Text, "an address")
    .optional()
    .describe("All its addresses; the first is the one that findings about the whole host name."),
  seen_as: z
    .record(Place, oneOrMore(Text, "an address"), { error: "wants vantages with addresses" })
    .optional()
    .describe("Its addresses behind NAT, by the vantage that sees them: `{internet: 203.0.113.5}`."),
  realm: oneOrMore(Place, "a realm")
    .optional()
    .describe(
      "The realms it exists in: in others its addresses are other machines. Without it: every realm.",
    ),
  owner: Text.optional().describe("Who answers for it where neither entry nor group names an owner."),
  system: Text.optional().describe("The system it is part of; shown in findings and reports."),
  tags: oneOrMore(Text, "a tag").optional().describe("Tags, for `match.tags`."),
});

const VantageSchema = z.strictObject({
  description: Text.optional().describe("Where it stands."),
});

export const NetworkObjectSchema = z.strictObject({
  cidr: oneOrMore(Text, "a CIDR").describe("The blocks of the network."),
  except: z
    .union([Text, z.array(Text)], { error: "wants a CIDR, or a list of them" })
    .optional()
    .describe("Blocks or addresses of these that are not part of it."),
});

/** A section of names, which may be left empty. */
function names<K extends z.core.$ZodRecordKey, V extends z.ZodType>(
  key: K,
  value: V,
  wants: string,
  description: string,
) {
  return z.record(key, value, { error: wants }).nullable().optional().describe(description);
}

export const ProfileFileSchema = z.strictObject({
  version: z
    .literal(1, { error: "the version is 1: this portreeve knows no other" })
    .describe("The version of the language: 1. An included file may leave it out."),
  include: z
    .union([Text, z.array(Text)], { error: "wants the path of a file, or a list of them" })
    .nullable()
    .optional()
    .describe(
      "Further files of this profile, relative to this one. All names are common to all files, and unique.",
    ),
  vantages: names(
    Place,
    z.union([z.null(), Text, VantageSchema], { error: "wants a description, or nothing" }),
    "wants names with descriptions",
    "The places that probes are sent from. Where it stands, `from`, `closed_from` and `seen_as` may name no other.",
  ),
  networks: names(
    Name,
    z.union([oneOrMore(Text, "a CIDR"), NetworkObjectSchema], {
      error: "wants a list of CIDRs, or `{cidr, except}`",
    }),
    "wants names with lists of CIDRs",
    "Networks by name: CIDRs, or `{cidr: [...], except: [...]}`.",
  ),
  services: names(
    Name,
    Ports,
    "wants names with lists of ports",
    "Ports by name, for use wherever a port stands. One may name others.",
  ),
  templates: names(
    Name,
    TemplateSchema,
    "wants names with `required`, `allowed` and `forbidden`",
    "Lists of ports that groups take over by `templates`. One with the name of a built-in template replaces it.",
  ),
  hosts: names(
    HostName,
    z.union([oneOrMore(Text, "an address"), HostSchema], {
      error: "wants an address, a list of them, or `{addresses, seen_as, realm, owner, system, tags}`",
    }),
    "wants names with addresses",
    "Machines with a name: several addresses that are one host. Short: `db01: [10.0.0.5, 10.1.0.5]`.",
  ),
  defaults: DefaultsSchema.nullable()
    .optional()
    .describe("What holds where nothing else is said. It stands in one file only."),
  groups: z
    .array(GroupSchema, { error: "wants a list of groups" })
    .nullable()
    .optional()
    .describe("Which hosts should show which ports. The most exact group wins, whatever the order."),
  exceptions: z
    .array(ExceptionSchema, { error: "wants a list of exceptions" })
    .nullable()
    .optional()
    .describe("Findings that somebody answers for, until a day."),
});

/** An included file is a profile whose first word may be left out. */
export const IncludedFileSchema = ProfileFileSchema.partial({ version: true });

/** What one file of a profile says. */
export type ProfileContent = z.infer<typeof IncludedFileSchema>;
export type GroupFile = z.infer<typeof GroupSchema>;
export type MatchFile = z.infer<typeof MatchSchema>;
export type ExceptionFile = z.infer<typeof ExceptionSchema>;
export type EntryFile = z.infer<typeof Entry>;
/** The lists of ports that groups and templates have. */
export type ListsFile = Pick<GroupFile, "required" | "allowed" | "forbidden">;

/** The JSON Schema (draft 7, which editors know best) of a profile file. */
export function profileJsonSchema(): Record<string, unknown> {
  return {
    title: "portreeve profile",
    description:
      "What is expected of the hosts of a network: which ports must, may and must not be open, seen from where, by whose word, and until when. docs/profile.md tells the whole language.",
    ...z.toJSONSchema(ProfileFileSchema, { target: "draft-7", io: "input" }),
  };
}
