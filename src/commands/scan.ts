/** `portreeve scan`: sweep, record, judge, tell. */
import { type Command, Option } from "commander";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import { SEVERITIES, type Severity } from "../facts/finding.js";
import type { PortSet } from "../facts/port.js";
import { profiledAddresses } from "../profile/bind.js";
import { namedPorts } from "../profile/namedPorts.js";
import { intersectAddresses, listAddresses } from "../scope/addressSet.js";
import { emptyPortSet } from "../scope/portSet.js";
import { openStore } from "../store/openStore.js";
import { PACES, type Pace } from "../sweep/pace.js";
import { announceScan } from "./announce.js";
import { announceRounds } from "./announceRounds.js";
import { carryOutRun, draftRun, makeEngine, operatorOf } from "./auditRun.js";
import { beginOrReopen } from "./beginOrReopen.js";
import { renderDryRun } from "./dryRun.js";
import { EXIT, exitCodeOf } from "./exitCode.js";
import { endOfHours } from "./hours.js";
import {
  bindFor,
  type Expectation,
  type Judged,
  judgeAndRecord,
  readProfile,
  resolveExpectation,
} from "./judging.js";
import { requireVantage } from "./namedProfile.js";
import {
  collect,
  parseCount,
  parseDurationOption,
  parseRunId,
  parseShare,
  parseWindowOption,
} from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { progressLine } from "./progressLine.js";
import { pruneOldXml } from "./pruneOldXml.js";
import { renderJudged, renderScanSummary } from "./rendering.js";
import { askOf, planResume, type Resumed, readResumed } from "./resumePlan.js";
import { planScan, type ScanFlags, type ScanPlan } from "./scanPlan.js";
import { openSession, type Session } from "./session.js";
import { listenForStop } from "./stopSignals.js";
import { namesBefore } from "./storedRun.js";

interface ScanOptions extends Omit<ScanFlags, "pace"> {
  readonly pace?: Pace;
  readonly profile?: string;
  readonly failOn?: Severity;
  readonly minCoverage?: number;
  readonly dryRun?: boolean;
  readonly operator?: string;
  readonly wait?: number;
  readonly resume?: number;
  readonly stopIfSilent?: number;
  readonly identify: boolean;
  readonly identifyFragilePorts?: boolean;
  readonly names: boolean;
  readonly verbose?: boolean;
  readonly format: "text" | "json";
}

const EXAMPLES = `
Examples:
  portreeve scan 198.18.7.0/24                     the 1000 top TCP ports of a subnet
  portreeve scan @dmz                              an audit named in portreeve.yaml
  portreeve scan 10.0.0-3.1-254 -p T:22,443,U:53   nmap's target and port syntax
  portreeve scan -iL hosts.txt --exclude 10.0.0.9 --profile profile.yaml --fail-on high
  portreeve scan 10.0.0.0/16 --dry-run --yes-large print the plan, send nothing
  portreeve scan --resume 12                       go on with run 12, which was broken off

Ctrl-C once lets the nmaps in flight end and starts no other; twice, or SIGTERM, ends them at once. What was proved is
kept either way, and --resume goes on from there. A lost terminal stops nothing: portreeve runs attach shows the run.
`;

export function addScan(program: Command): void {
  program
    .command("scan")
    .summary("sweep a scope, record what is proved, judge it")
    .description(
      `Sweeps a scope with nmap, records what is proved, judges it against the profile.\n${EXAMPLES}`,
    )
    .argument("[targets...]", "addresses, names, CIDR, octet ranges, or one @AUDIT of portreeve.yaml")
    .option(
      "-p, --ports <spec>",
      "ports in nmap's syntax: 22,80,8000-8100, T:22,U:53, - (default: top 1000 TCP)",
    )
    .option("--top-ports <n>", "the N most used ports", parseCount)
    .option("--udp", "ask UDP too, with the same ports (nmap's -sU)")
    .option("--targets-file <file>", "read targets from a file, - for stdin (nmap's -iL)")
    .option("--exclude <targets>", "never scan these; may be repeated", collect)
    .option("--exclude-file <file>", "never scan what is listed in this file; may be repeated", collect)
    .option("--skip-discovery", "sweep every address, answering or not (nmap's -Pn)")
    .option("--connect", "TCP by connect() instead of SYN (nmap's -sT)")
    .option("--rate <pps>", "packets a second over all processes; lifts the cap a host", parseCount)
    .addOption(new Option("--pace <name>", "how fast").choices(PACES))
    .option("--profile <file>", "what is expected")
    .option("--vantage <name>", "the place the probes are sent from (default: bastion)")
    .option("--realm <name>", "keeps networks with the same private addresses apart")
    .addOption(
      new Option("--fail-on <level>", "exit 2 on a confirmed finding at least this severe").choices(
        SEVERITIES,
      ),
    )
    .option("--min-coverage <share>", "exit 3 if less of what was due is proved (default: 0.99)", parseShare)
    .option("--dry-run", "print shards, argument lists and addresses; send nothing")
    .option("--yes-large", "allow more than --max-addresses")
    .option("--max-addresses <n>", "most addresses without --yes-large (default: 4096)", parseCount)
    .option(
      "--window <hours>",
      "probe only in these hours, such as 22:00-06:00; the rest another time",
      parseWindowOption,
    )
    .option(
      "--for <duration>",
      "probe for so long at most, such as 4h; the rest another time",
      parseDurationOption,
    )
    .option("--wait <duration>", "wait for a run that holds the database, such as 2h", parseDurationOption)
    .option(
      "--resume <run>",
      "go on with a run that was broken off: only what it had not finished is asked",
      parseRunId,
    )
    .option("--stop-if-silent <n>", "end the run when N hosts that answered fall silent under it", parseCount)
    .option("--operator <name>", "who is responsible for this run (default: the user)")
    .option("--no-identify", "do not ask which service is behind an open port")
    .option("--identify-fragile-ports", "send data probes to printer and industrial-control ports too")
    .option("--no-names", "do not look up PTR names (nmap's -n)")
    .option("-v, --verbose", "say before the first packet what will be done, without a terminal too")
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (targets: string[], options: ScanOptions, command: Command) => {
      process.exitCode = await scan(targets, options, command);
    });
}

async function scan(targets: readonly string[], options: ScanOptions, command: Command): Promise<number> {
  const session = await openSession(command);
  const resumed =
    options.resume === undefined ? null : readResumed(session, options.resume, targets, { ...options });
  const plan =
    resumed === null
      ? await planScan(targets, options, session.config)
      : await planResume(resumed, options, session);
  const profileFile = options.profile ?? resumed?.ask.profile ?? plan.audit.profile;
  const profile = await readProfile(profileFile);
  if (profile !== null) requireVantage(profile.vantages, plan.vantage);
  const beside = besideOf(options, session, resumed);
  const { probeFragile } = beside;
  if (options.dryRun) {
    printDocument(
      renderDryRun(
        plan,
        makeEngine(plan, probeFragile),
        options.format,
        process.stdout.columns || Number.MAX_SAFE_INTEGER,
      ),
    );
    return EXIT.done;
  }
  if (plan.routes.sources.length === 0) {
    throw new PortreeveError("failed", "this machine has no route to any of the targets: nothing was sent", {
      hint: "check the network with: ip route; then scan again",
    });
  }
  // Outside its hours nothing is begun, nor waited for.
  const ends = plan.hours === null ? null : endOfHours(plan.hours, Date.now());
  const isTold = options.verbose === true || process.stderr.isTTY;
  if (isTold) {
    for (const line of announceScan(plan, process.stderr.columns || Number.MAX_SAFE_INTEGER))
      printMessage(line);
  }
  const store = openStore(session.database.path, { mode: "write", owner: session.database.owner });
  const progress = progressLine(process.stderr, Date.now);
  const stop = listenForStop((how, by) => {
    progress.clear();
    printMessage(stopWords(how, by));
  });
  try {
    const expectation = await resolveExpectation(profile, store.assetsAt(), {
      realm: plan.realm,
      before: namesBefore(store, plan),
    });
    if (isTold && ends !== null)
      for (const line of announceRounds(plan, store, namedBy(expectation, plan, session), ends))
        printMessage(line);
    for (const warning of expectation.warnings) printMessage(`warning: ${warning}`);
    // Kept before the run names it: a run that is killed has the text of its profile, too.
    if (profile !== null && expectation.hash !== null) store.keepProfile(expectation.hash, profile.files);
    const operator = operatorOf(options.operator);
    const draft = draftRun(plan, operator, expectation.hash, askOf(plan, beside));
    const { run, earlier } = await beginOrReopen(
      { store, draft, operator, resumed: resumed?.run.id ?? null },
      { wait: options.wait ?? 0, signal: stop.finish },
    );
    if (options.verbose || process.stderr.isTTY) printMessage(whereToLook(run.id));
    const outcome = await carryOutRun({
      plan,
      store,
      run,
      profiled: profiledIn(expectation, plan, session),
      named: namedBy(expectation, plan, session),
      ...beside,
      stop,
      earlier,
      onProgress: progress.show,
    });
    progress.clear();
    const judged = judgeAndRecord(store, run.id, expectation, session);
    pruneOldXml(store, session);
    if (options.format === "json") printDocument(renderScanSummary(judged));
    else if (!isSilent(judged)) printDocument(renderJudged(judged, session));
    if (outcome === "interrupted") {
      printMessage(
        `run ${run.id} was interrupted (${judged.view.run.why}): portreeve report --run ${run.id} shows what it proved, portreeve scan --resume ${run.id} goes on with it`,
      );
      return EXIT.interrupted;
    }
    return exitCodeOf(judged.judgement.findings, judged.view.run.coverage, {
      failOn: beside.failOn ?? plan.audit.failOn,
      minCoverage: beside.minCoverage ?? plan.audit.minCoverage,
    });
  } finally {
    stop.release();
    progress.clear();
    store.close();
  }
}

/** What is asked beside the plan: of a run that is gone on with as it was, but for what is typed anew. */
function besideOf(options: ScanOptions, { config }: Session, resumed: Resumed | null) {
  const ask = resumed?.ask ?? null;
  const failOn = SEVERITIES.find((each) => each === ask?.failOn) ?? null;
  return {
    identify: options.identify && (ask?.identify ?? true),
    probeFragile: options.identifyFragilePorts ?? ask?.identifyFragilePorts ?? config.identifyFragilePorts,
    names: options.names && (ask?.names ?? true),
    stopIfSilent: options.stopIfSilent ?? ask?.stopIfSilent ?? null,
    profile: options.profile ?? ask?.profile ?? null,
    failOn: options.failOn ?? failOn,
    minCoverage: options.minCoverage ?? ask?.minCoverage ?? null,
  };
}

function stopWords(how: "finish" | "now", by: string): string {
  return how === "now"
    ? `${by}: stopping now; what was proved so far is kept`
    : `${by}: the nmaps in flight end first and no other is started; what was proved is kept. Once more stops at once`;
}

function whereToLook(run: number): string {
  return `run ${run} begins; from any terminal: portreeve runs attach ${run}, portreeve runs stop ${run}`;
}

/** The addresses of the scope that the profile names. */
function profiledIn(
  expectation: Expectation,
  { scope, vantage, realm }: ScanPlan,
  session: Session,
): Set<Address> {
  const bound = bindFor(expectation, { vantage, realm }, session.zone);
  if (bound === null) return new Set();
  return new Set(listAddresses(intersectAddresses(profiledAddresses(bound), scope.addresses)));
}

function namedBy(
  expectation: Expectation,
  { vantage, realm }: ScanPlan,
  session: Session,
): (address: Address) => PortSet {
  const bound = bindFor(expectation, { vantage, realm }, session.zone);
  return (address) => (bound === null ? emptyPortSet : namedPorts(bound, address));
}

/** Without a terminal success is silent: a profile is met, nothing changed, nothing was missed. */
function isSilent(judged: Judged): boolean {
  if (process.stdout.isTTY || judged.profile === null) return false;
  const { view, judgement } = judged;
  return (
    view.run.outcome === "complete" &&
    judgement.findings.every(({ status }) => status === "accepted") &&
    judgement.settled.length === 0 &&
    view.changes.every((change) => change.kind === "first-seen")
  );
}
