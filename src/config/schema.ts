/**
 * What `portreeve.yaml` may say. The same schema checks the file and is published as JSON Schema, so every key
 * has its description here. Keys are snake_case; a key that is not here is an error.
 */
import { z } from "zod";
import { PortreeveError } from "../facts/error.js";
import { SEVERITIES } from "../facts/finding.js";
import { parseNetwork } from "../scope/network.js";
import { parseTarget } from "../scope/target.js";
import { parseDuration } from "./duration.js";
import { parseWindow } from "./window.js";

export const PACES = ["gentle", "steady", "fast"] as const;
/** How fast a run goes: the figures are in measuring.md ("One budget over many nmaps"). */
export type PaceName = (typeof PACES)[number];

export const LANGUAGES = ["en", "zh-CN"] as const;
export type Language = (typeof LANGUAGES)[number];

const AUDIT_NAME = /^[a-z0-9][a-z0-9._-]*$/;
/** Vantages and realms are shown in every row: a word without blanks, in any script. */
const PLACE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
/** More packets a second than any sweep can account for; a guard against a slip of the keyboard. */
const MAX_RATE = 1_000_000;

const text = (kind = "must be text") => z.string(kind).min(1, "must not be empty");
const path = () =>
  text().refine((value) => !value.includes("\0") && !/^~[^/]/.test(value), {
    error: "must be a path, in which `~` stands for your own home only",
  });
const oneOrMore = <T extends z.ZodType>(one: T) => z.union([one, z.array(one)]);

/** Text that `parse` takes; its `PortreeveError` becomes the message at the line of the value. */
const readBy = (parse: (value: string) => unknown, kind?: string) =>
  text(kind).superRefine((value, context) => {
    try {
      parse(value);
    } catch (error) {
      if (!(error instanceof PortreeveError)) throw error;
      context.addIssue({ code: "custom", message: `: ${error.message.replace(/\.$/, "")}` });
    }
  });

const target = () => readBy(parseTarget);
const duration = () => readBy((value) => parseDuration(value), "must be a duration such as 30d");
const place = () =>
  z.string().regex(PLACE_NAME, "must be one word of letters, digits, `.`, `_` and `-` (64 at most)");
const packetsASecond = () => z.int().min(1).max(MAX_RATE);

/** Settings that stand at the top level for every audit and may be given again within one. */
const settings = {
  vantage: place().optional().describe("The place the probes are sent from. Default: bastion"),
  realm: place()
    .optional()
    .describe("Keeps networks with the same private addresses apart. Default: default"),
  profile: path().optional().describe("What is expected: a profile file. Default: none"),
  pace: z
    .enum(PACES)
    .optional()
    .describe("How fast: gentle (100 packets a second), steady (500), fast (5000). Default: steady"),
  rate: packetsASecond()
    .optional()
    .describe("Packets a second over all processes; lifts the cap for each host. Instead of pace"),
  host_rate: packetsASecond().optional().describe("Packets a second to one host at most"),
  caps: z
    .record(readBy(parseNetwork), packetsASecond())
    .optional()
    .describe(
      "Packets a second to an address or network at most, over all processes, whatever the rate: `10.0.3.0/24: 50`. Caps of the top level and of an audit add up: the lower one holds",
    ),
  window: readBy(parseWindow, "must be hours such as 22:00-06:00")
    .optional()
    .describe(
      "Hours in which a run may probe, by the clock of time_zone, such as 22:00-06:00. What is left over is asked the next time, the least recently covered first",
    ),
  for: duration()
    .optional()
    .describe("How long a run may probe at most, such as 4h. What is left over is asked the next time"),
  max_addresses: z
    .int()
    .min(1)
    .max(2 ** 32)
    .optional()
    .describe("A scope of more addresses needs --yes-large. Default: 4096"),
  exclude: z
    .array(target())
    .optional()
    .describe("Never scanned. Exclusions of the top level and of an audit add up"),
  exclude_file: oneOrMore(path())
    .optional()
    .describe("Files of targets that are never scanned; one that cannot be read stops the run"),
  ports: z
    .union([text(), z.int().min(0).max(65_535)])
    .optional()
    .describe('Ports in nmap\'s syntax: 22,80,8000-8100, "T:22,U:53", "-". Default: the 1000 top TCP ports'),
  top_ports: z.int().min(1).max(65_536).optional().describe("The N most used ports. Instead of ports"),
  udp: z.boolean().optional().describe("Ask UDP too, with the same ports. Default: false"),
  max_age: duration()
    .optional()
    .describe("For how long a last sighting is believed, such as 30d. Default: 30d"),
  min_coverage: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Share of the cells due that must be proved, else exit 3. Default: 0.99"),
  fail_on: z
    .enum(SEVERITIES)
    .optional()
    .describe("Exit 2 when a finding is at least this severe. Default: never"),
};

interface PaceAndPorts {
  readonly pace?: unknown;
  readonly rate?: unknown;
  readonly ports?: unknown;
  readonly top_ports?: unknown;
}

function refuseRivals(value: PaceAndPorts, context: z.RefinementCtx): void {
  for (const [one, other] of [
    ["pace", "rate"],
    ["ports", "top_ports"],
  ] as const) {
    if (value[one] === undefined || value[other] === undefined) continue;
    context.addIssue({ code: "custom", path: [other], message: `and \`${one}\` rule each other out` });
  }
}

export const AuditSchema = z
  .strictObject({
    targets: z
      .array(target())
      .min(1)
      .optional()
      .describe("Targets in nmap's syntax: addresses, CIDR, ranges, names"),
    targets_file: path().optional().describe("A file of targets, as nmap's -iL takes it"),
    ...settings,
  })
  .superRefine((audit, context) => {
    if (audit.targets === undefined && audit.targets_file === undefined) {
      context.addIssue({ code: "custom", message: "has neither `targets` nor `targets_file`" });
    }
    refuseRivals(audit, context);
  });

export const ConfigSchema = z
  .strictObject({
    database: path()
      .optional()
      .describe("The SQLite file. Default: portreeve/portreeve.db in the XDG data folder"),
    time_zone: text()
      .refine(isTimeZone, {
        error: "must be a time zone of the IANA list, such as Europe/Berlin or Asia/Shanghai",
      })
      .optional()
      .describe("Zone in which times are shown. Default: the system's"),
    lang: z.enum(LANGUAGES).optional().describe("Language of reports. Default: from the environment"),
    nmap: path()
      .refine((value) => value.includes("/"), { error: "must be a path, such as /usr/bin/nmap" })
      .optional()
      .describe("The nmap program. Default: the one on PATH"),
    allow: z
      .array(readBy(parseNetwork))
      .min(1)
      .optional()
      .describe("Networks that may be scanned. Without it any address may"),
    keep_xml: duration()
      .optional()
      .describe(
        "How long nmap's raw XML is kept after its run, compressed; history does not need it. Default: 396d (13 months)",
      ),
    identify_fragile_ports: z
      .boolean()
      .optional()
      .describe("Send data probes to printer and industrial-control ports too. Default: false"),
    ...settings,
    audits: z
      .record(
        z
          .string()
          .regex(AUDIT_NAME, "must be of a-z, 0-9, `.`, `_` and `-` and start with a letter or digit"),
        AuditSchema,
      )
      .optional()
      .describe("Named audits: `portreeve scan @NAME`"),
  })
  .superRefine(refuseRivals)
  .meta({ title: "portreeve.yaml", description: "Configuration of portreeve" });

/** The file as written, checked. */
export type ConfigFile = z.infer<typeof ConfigSchema>;
export type SettingsFile = z.infer<typeof AuditSchema>;

/** The JSON Schema (draft 2020-12) of `portreeve.yaml`, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(ConfigSchema, { io: "input", target: "draft-2020-12" }) as Record<string, unknown>;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    // RangeError is how Intl says that it does not know the zone.
    return false;
  }
}
