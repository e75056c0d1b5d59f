import { z } from "zod";
import {
  FINDING_RULES,
  type FindingRule,
  SEVERITIES,
  type Severity as SeverityWord,
} from "../facts/finding.js";
import { Days, PortText, Severity } from "./schemaWords.js";

/** Keys of the severity table that stand for rules: another word for one, and a word for two. */
export const SEVERITY_ALIASES = {
  unlisted: ["unexpected-open"],
  missing: ["required-missing", "host-missing"],
} as const;

const SeverityTable = z.strictObject({
  ...Object.fromEntries(
    FINDING_RULES.map((rule) => [rule, Severity.optional().describe(`Severity of \`${rule}\`.`)]),
  ),
  high_risk: Severity.optional().describe("Severity of open ports on the high-risk list. Default: high."),
  unlisted: Severity.optional().describe("Another word for `unexpected-open`."),
  missing: Severity.optional().describe(
    "For `required-missing` and `host-missing`, where they do not stand.",
  ),
}) as z.ZodType<Partial<Record<FindingRule | "high_risk" | "unlisted" | "missing", SeverityWord>>>;

const DueTable = z.strictObject({
  ...Object.fromEntries(
    SEVERITIES.map((severity) => [
      severity,
      Days.optional().describe(`Days for a finding that is ${severity}: \`7d\`, \`2w\` or a number.`),
    ]),
  ),
}) as z.ZodType<Partial<Record<SeverityWord, number | string>>>;

export const DefaultsSchema = z.strictObject({
  unlisted: z
    .enum(["forbidden", "review", "allowed"], { error: "is one of forbidden, review, allowed" })
    .optional()
    .describe(
      "What an open port is that no entry lists. `forbidden` (the default) makes it a finding, `review` shows it as to be reviewed, `allowed` lets it be.",
    ),
  severity: SeverityTable.optional().describe("Severity by rule of findings, and of high-risk ports."),
  high_risk: z
    .array(PortText, { error: "wants a list of ports" })
    .optional()
    .describe("Ports that are forbidden unless an entry permits them. Replaces the built-in list."),
  due: DueTable.optional().describe(
    "Days in which a finding of a severity should be settled; later it is overdue. Without it nothing is.",
  ),
  confirm_runs: z
    .literal([1, 2], { error: "is 1 or 2" })
    .optional()
    .describe(
      "How many covering runs must find an open port silent before its finding is `silenced`. Default: 2.",
    ),
  udp_open_filtered: z
    .literal("unconfirmed", {
      error: "is `unconfirmed`: a UDP port that never answered is not counted as open",
    })
    .optional()
    .describe(
      "UDP ports that neither answer nor refuse: never counted as open. The only value, and the default.",
    ),
});
