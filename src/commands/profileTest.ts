/** `portreeve profile test`: does the profile say what the examples beside it expect? */
import type { Command } from "commander";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { type Example, namesIn, parseExamples, runExamples } from "../profile/examples.js";
import { identityNames } from "../profile/identities.js";
import type { Profile } from "../profile/profile.js";
import { renderProfileTest } from "../report/profileTest.js";
import { quoteText } from "../scope/quoteText.js";
import { askStore } from "./askStore.js";
import { EXIT } from "./exitCode.js";
import { bindAt, type Named, placeOf, readNamedProfile, resolveNamed } from "./namedProfile.js";
import { printDocument, printMessage } from "./output.js";
import { type Format, formatOption, type PlaceOptions } from "./profileOptions.js";
import { readInput } from "./readInput.js";
import { tryResolveNames } from "./resolveNames.js";
import { openSession } from "./session.js";

const EXAMPLES = `
A line is HOST PORT [from VANTAGE] [on YYYY-MM-DD]: WORD, and after # a comment. WORD is required, allowed, forbidden,
review, unlisted, unreviewed or accepted (an exception covers it; \`on\` says on which day).

  10.0.3.7 22/tcp from internet: forbidden
  db01     5432/tcp from bastion: required
  app07    8080/tcp on 2026-03-31: accepted

Examples:
  portreeve profile test profile.tests --profile profile.yaml
  portreeve profile test - --verbose < profile.tests
`;

const LARGEST_FILE = 4 * 1024 * 1024;

interface TestOptions extends PlaceOptions {
  readonly profile?: string;
  readonly verbose?: boolean;
  readonly format: Format;
}

export function addProfileTest(profile: Command): void {
  profile
    .command("test")
    .summary("try a profile on examples that are kept beside it")
    .description(
      `Tries a profile on examples of what it should say. Exit 1 where one does not hold, 64 for a broken file.\n${EXAMPLES}`,
    )
    .argument("<file>", "the examples; - reads standard input")
    .option("--profile <file>", "the profile (default: the configuration's)")
    .option("--vantage <name>", "for examples that name none (default: the configuration's)")
    .option("--realm <name>", "the realm of the hosts (default: the configuration's)")
    .option("--verbose", "list the examples that hold, too")
    .addOption(formatOption())
    .action(testProfile);
}

async function testProfile(file: string, options: TestOptions, command: Command): Promise<void> {
  if (file === "-" && options.profile === "-") {
    throw new PortreeveError("usage", "standard input can be the examples or the profile, not both");
  }
  const session = await openSession(command);
  const profile = await readNamedProfile(options.profile, session);
  const place = placeOf(options, profile, session);
  const rows = readExamples(file, profile);
  const named = await resolveNamed(profile, askStore(session, (store) => store.assetsAt()) ?? []);
  for (const warning of named.warnings) printMessage(`warning: ${warning}`);
  const tried = runExamples(
    rows,
    (vantage) => bindAt(named, { ...place, vantage: vantage ?? place.vantage }, session),
    {
      now: Date.now(),
      names: await resolveHosts(rows, named),
    },
  );
  printDocument(
    renderProfileTest(tried, options.format, {
      zone: session.zone,
      ...session.look,
      verbose: options.verbose === true,
    }),
  );
  if (tried.some(({ passed }) => !passed)) process.exitCode = EXIT.error;
}

function readExamples(file: string, profile: Profile): readonly Example[] {
  const name = file === "-" ? "stdin" : file;
  const bytes = readInput(file, LARGEST_FILE);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new PortreeveError("usage", `${quoteText(name)} is no UTF-8 text`, { cause });
  }
  const vantages = profile.vantages.map((vantage) => vantage.name);
  const rows = parseExamples(text, name, { vantages });
  if (rows.length > 0) return rows;
  throw new PortreeveError("usage", `${quoteText(name)} holds no example`, {
    hint: "write one a line, such as: 10.0.3.7 22/tcp from internet: forbidden",
  });
}

/** What DNS has to tell of the hosts of the examples. */
async function resolveHosts(
  rows: readonly Example[],
  { profile, assets, names }: Named,
): Promise<ReadonlyMap<string, readonly Address[]>> {
  const known = identityNames(profile.hosts, assets, null);
  const wanted = namesIn(rows).filter((name) => !known.has(name) && !names.has(name));
  return (await tryResolveNames(wanted)).resolved;
}
