/** `portreeve profile lint`: faults and doubts in a profile, held against what runs have seen. */
import type { Command } from "commander";
import type { Instant } from "../facts/run.js";
import { type LintContext, lintProfile } from "../profile/lint.js";
import { plainText } from "../profile/problem.js";
import { renderLint } from "../report/profile.js";
import type { Store } from "../store/store.js";
import { askStore } from "./askStore.js";
import { EXIT } from "./exitCode.js";
import { bindAt, type Place, placeOf, readNamedProfile, resolveNamed } from "./namedProfile.js";
import { parseCount } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { type Format, formatOption, type PlaceOptions } from "./profileOptions.js";
import { openSession } from "./session.js";

const EXAMPLES = `
Examples:
  portreeve profile lint --profile profile.yaml
  portreeve profile lint --days 180                      permissions that half a year of runs did not need
  git show :profile.yaml | portreeve profile lint --profile -
`;

const DAY_MS = 86_400_000;

interface LintOptions extends PlaceOptions {
  readonly profile?: string;
  readonly days: number;
  readonly format: Format;
}

export function addProfileLint(profile: Command): void {
  profile
    .command("lint")
    .summary("faults and doubts in a profile")
    .description(
      `Finds rules that match nothing, that never win or shadow each other, lines without an owner, exceptions past or
near their end, and ports allowed that no run has seen open for a while. Exit 1 on an error.\n${EXAMPLES}`,
    )
    .option("--profile <file>", "the profile, - for standard input (default: the configuration's)")
    .option("--days <n>", "ports not seen open for so long are told (default: 90)", parseCount, 90)
    .option("--vantage <name>", "as seen from there (default: the configuration's)")
    .option("--realm <name>", "for the hosts of that realm (default: the configuration's)")
    .addOption(formatOption())
    .action(lint);
}

async function lint(options: LintOptions, command: Command): Promise<void> {
  const session = await openSession(command);
  const profile = await readNamedProfile(options.profile, session);
  const place = placeOf(options, profile, session);
  const now = Date.now();
  const known = askStore(session, (store) => ({
    assets: store.assetsAt(),
    seen: whatRunsSaw(store, place, { now, days: options.days }),
  }));
  const seen = known?.seen ?? null;
  if (seen === null) {
    const where = place.realm === "default" ? "" : ` in realm ${plainText(place.realm)}`;
    printMessage(`note: no run${where} is known: the profile was held against none`);
  }
  // A name without an address is among the problems: it is not told twice.
  const named = await resolveNamed(profile, known?.assets ?? []);
  const problems = lintProfile(bindAt(named, place, session), { now, ...seen });
  printDocument(renderLint(problems, options.format, { zone: session.zone, ...session.look }));
  if (problems.some(({ level }) => level === "error")) process.exitCode = EXIT.error;
}

/** Null where no run of the realm is known. */
function whatRunsSaw(
  store: Store,
  place: Place,
  { now, days }: { readonly now: Instant; readonly days: number },
): LintContext | null {
  const { realm } = place;
  const runs = store.listRuns({ realm });
  if (runs.length === 0) return null;
  const since = now - days * DAY_MS;
  const oldest = Math.min(...runs.map(({ startedAt }) => startedAt));
  return {
    seenHosts: [...new Set(store.knownHosts({ realm }).map(({ address }) => address))],
    seenVantages: [...new Set(runs.map(({ vantage }) => vantage))],
    lastOpen: {
      openSince: store.openedSince(since, place),
      coveredSince: store.coveredSince(since, place),
      // Of the time before the first run nothing is known.
      days: Math.max(1, Math.min(days, Math.ceil((now - oldest) / DAY_MS))),
    },
  };
}
