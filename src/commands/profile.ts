/** `portreeve profile`: write what is expected, look for faults in it, ask what it means and what a change would do. */
import type { Command } from "commander";
import { profileJsonSchema } from "../profile/schema.js";
import { jsonText } from "../report/jsonText.js";
import { printDocument } from "./output.js";
import { addProfileDiff } from "./profileDiff.js";
import { addProfileExplain } from "./profileExplain.js";
import { addProfileInit } from "./profileInit.js";
import { addProfileLint } from "./profileLint.js";
import { addProfileTest } from "./profileTest.js";

const EXAMPLES = `
Examples:
  portreeve profile init --from-run 1 > profile.yaml     a start: every line is unreviewed and permits nothing
  portreeve profile lint --profile profile.yaml          faults and doubts
  portreeve profile explain 198.18.7.12 22/tcp --profile profile.yaml
  portreeve profile test profile.tests --profile profile.yaml
  portreeve profile diff profile.yaml new.yaml           what a change would open and settle
`;

export function addProfile(program: Command): void {
  const profile = program
    .command("profile")
    .summary("write and check what is expected")
    .description(`Works on profiles: what each host is expected to show.\n${EXAMPLES}`);
  addProfileInit(profile);
  addProfileLint(profile);
  addProfileExplain(profile);
  addProfileTest(profile);
  addProfileDiff(profile);
  addSchema(profile);
}

const SCHEMA_EXAMPLES = `
Example:
  portreeve profile schema > profile.schema.json
  then, as the first line of profile.yaml:
  # yaml-language-server: $schema=./profile.schema.json
`;

function addSchema(profile: Command): void {
  profile
    .command("schema")
    .summary("the JSON Schema of a profile file, for editors")
    .description(
      `Prints the JSON Schema (draft 7) by which editors check and complete a profile.\n${SCHEMA_EXAMPLES}`,
    )
    .action(() => printDocument(jsonText(profileJsonSchema())));
}
