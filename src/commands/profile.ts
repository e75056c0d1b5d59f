/** `portreeve profile`: start one, look for faults in it, ask which rule applies. */
import { writeFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { explain } from "../profile/explain.js";
import { initProfile } from "../profile/init.js";
import { lintProfile } from "../profile/lint.js";
import { renderExplanation, renderLint } from "../report/profile.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import { EXIT } from "./exitCode.js";
import { loadExpectation } from "./judging.js";
import { parseRunId } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { resolveNames } from "./resolveNames.js";
import { openSession, type Session } from "./session.js";
import { chooseRun, profileOf } from "./storedRun.js";

const EXAMPLES = `
Examples:
  portreeve profile init --from-run 1 > profile.yaml     a start: every line is unreviewed and permits nothing
  portreeve profile lint --profile profile.yaml
  portreeve profile explain 198.18.7.12 22/tcp --profile profile.yaml
`;

type Format = "text" | "json";
const format = () => new Option("--format <format>", "output").choices(["text", "json"]).default("text");

export function addProfile(program: Command): void {
  const profile = program
    .command("profile")
    .summary("write and check what is expected")
    .description(`Works on profiles: what each host is expected to show.\n${EXAMPLES}`);
  addInit(profile);
  addLint(profile);
  addExplain(profile);
}

function addInit(profile: Command): void {
  profile
    .command("init")
    .summary("a starting profile from a run")
    .description(
      "Writes a profile with what a run found, every line unreviewed: it permits nothing until it has an owner.",
    )
    .option("--from-run <n>", "the run (default: the last one)", parseRunId)
    .option("--output <file>", "write to a new file instead of stdout")
    .action(async (options: { fromRun?: number; output?: string }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const choice = options.fromRun === undefined ? {} : { run: options.fromRun };
        const text = initProfile(store.runView(chooseRun(store, choice, session)));
        if (options.output === undefined) printDocument(text);
        else writeNew(options.output, text);
      } finally {
        store.close();
      }
    });
}

/** Never over a profile that somebody has edited. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o644 });
    printMessage(
      `wrote ${file}; next: put an owner on each line that is wanted, then portreeve profile lint --profile ${file}`,
    );
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw new PortreeveError(
      exists ? "usage" : "failed",
      exists ? `${file} exists` : `${file} cannot be written: ${(cause as Error).message}`,
      {
        hint: exists ? "name a new file: a profile is never overwritten" : "name another file",
        cause,
      },
    );
  }
}

function addLint(profile: Command): void {
  profile
    .command("lint")
    .summary("faults and doubts in a profile")
    .description(
      "Finds rules that match nothing, that never win, and lines without an owner. Exit 1 on an error.",
    )
    .option("--profile <file>", "the profile (default: the configuration's)")
    .addOption(format())
    .action(async (options: { profile?: string; format: Format }, command: Command) => {
      const session = await openSession(command);
      const { profile: bound } = await loadNamed(options.profile, session);
      const problems = lintProfile(bound, { seenHosts: seenHosts(session) });
      printDocument(renderLint(problems, options.format, { zone: session.zone, ...session.look }));
      if (problems.some((p) => p.level === "error")) process.exitCode = EXIT.error;
    });
}

function addExplain(profile: Command): void {
  profile
    .command("explain")
    .summary("which rule applies to a host's ports, and why")
    .description("Shows which line applies to each port of a host, why, and what the runner-up was.")
    .argument("<host>", "address, or a name that is resolved")
    .argument("[port]", "such as 22/tcp (default: every port listed for the host)")
    .option("--profile <file>", "the profile (default: the configuration's)")
    .addOption(format())
    .action(
      async (
        host: string,
        port: string | undefined,
        options: { profile?: string; format: Format },
        command: Command,
      ) => {
        const session = await openSession(command);
        const { profile: bound } = await loadNamed(options.profile, session);
        const address = await addressOf(host);
        const rows = explain(bound, address, port === undefined ? undefined : parsePort(port));
        printDocument(
          renderExplanation({ address, rows }, options.format, { zone: session.zone, ...session.look }),
        );
      },
    );
}

async function loadNamed(flag: string | undefined, session: Session) {
  const file = profileOf(flag, null, session);
  if (file === null) {
    throw new PortreeveError("usage", "no profile was named", {
      hint: "give --profile FILE, or set profile: in portreeve.yaml; portreeve profile init writes a first one",
    });
  }
  const { profile, warnings } = await loadExpectation(file);
  for (const warning of warnings) printMessage(`warning: ${warning}`);
  if (profile === null) throw new PortreeveError("failed", `the profile ${file} was not read`);
  return { profile };
}

async function addressOf(host: string): Promise<Address> {
  if (/^[0-9.]+$|:/.test(host)) return parseAddress(host);
  const [first] = (await resolveNames([host])).get(host) ?? [];
  if (first === undefined) throw new PortreeveError("usage", `${host} has no address`);
  return first;
}

/** Hosts ever alive, so that lint can tell groups that match nobody; none where there is no database yet. */
function seenHosts(session: Session): Address[] {
  try {
    const store = openStore(session.database.path, { mode: "read" });
    try {
      return store.knownHosts({}).map((host) => host.address);
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof PortreeveError) return [];
    throw error;
  }
}
