/** `portreeve runs attach`: a run that goes on, seen from another terminal. It only reads; Ctrl-C ends the looking. */
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import type { Run, RunId, RunProgress } from "../facts/run.js";
import { plain } from "../report/escape.js";
import { formatInstant, toRfc3339 } from "../report/time.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { parseRunId } from "./options.js";
import { printMessage, printPiece } from "./output.js";
import { describeProgress, type ProgressLine, progressLine } from "./progressLine.js";
import { openSession, type Session } from "./session.js";

interface AttachOptions {
  readonly format: "text" | "json";
}

/** The run tells of itself every two seconds. */
const LOOK_MS = 1000;

/** An open port that the run has found. */
interface FoundPort {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
  readonly service: string | null;
}

export function addAttach(runs: Command): void {
  runs
    .command("attach")
    .summary("follow a run that goes on")
    .description(
      "Follows a run until it ends: its stage, when it will be over, the open ports so far. From any terminal; Ctrl-C\n" +
        "ends the looking, never the run. With --format json a line each time something changed.\n\n" +
        "Examples:\n  portreeve runs attach\n  portreeve runs attach 12 --format json\n",
    )
    .argument("[run]", "the run's number (default: the one that goes on)", parseRunId)
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (run: number | undefined, _options: AttachOptions, command: Command) => {
      const { format } = command.optsWithGlobals<AttachOptions>();
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        await follow(store, run ?? runGoingOn(store), format, session);
      } finally {
        store.close();
      }
    });
}

/** @throws PortreeveError `usage` where none goes on */
export function runGoingOn(store: Store): RunId {
  const [running] = store.listRuns({ outcomes: ["running"], limit: 1 });
  if (running !== undefined) return running.id;
  throw new PortreeveError("usage", "no run is going on", {
    hint: "portreeve runs lists those that have ended",
  });
}

async function follow(store: Store, id: RunId, format: "text" | "json", session: Session): Promise<void> {
  const line = progressLine(process.stderr, Date.now);
  const known = new Set<string>();
  let openPorts = -1;
  let told = "";
  for (;;) {
    const run = store.getRun(id);
    const progress = run.outcome === "running" ? store.runProgress(id) : null;
    const isOver = run.outcome !== "running";
    // The ports are looked up only where there are more: of a large run that is no small question.
    const isMore = isOver || (progress !== null && progress.openPorts !== openPorts);
    const found = isMore ? newPorts(store, id, known) : [];
    openPorts = progress?.openPorts ?? openPorts;
    const state = JSON.stringify([run.outcome, progress, found]);
    const goesOn = state === told || tell({ run, progress, found }, format, session, line);
    told = state;
    if (isOver || !goesOn) return;
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

function newPorts(store: Store, id: RunId, known: Set<string>): FoundPort[] {
  const fresh: FoundPort[] = [];
  for (const { address, cells } of store.observationsOf(id)) {
    for (const { port, protocol, proof, service } of cells) {
      const key = `${address} ${port}/${protocol}`;
      if (proof !== "open" || known.has(key)) continue;
      known.add(key);
      fresh.push({ address, port, protocol, service: service?.name ?? null });
    }
  }
  return fresh;
}

interface Sight {
  readonly run: Run;
  readonly progress: RunProgress | null;
  readonly found: readonly FoundPort[];
}

/** @returns false where nobody reads any more */
function tell(sight: Sight, format: "text" | "json", session: Session, line: ProgressLine): boolean {
  if (format === "json") return printPiece(`${JSON.stringify(jsonOf(sight))}\n`);
  const { run, progress, found } = sight;
  line.clear();
  const ports = found.map(
    ({ address, port, protocol, service }) =>
      `${address}  ${port}/${protocol}  open${service === null ? "" : `  ${plain(service)}`}\n`,
  );
  if (ports.length > 0 && !printPiece(ports.join(""))) return false;
  if (run.outcome !== "running") {
    const at = run.endedAt === null ? "" : ` at ${formatInstant(run.endedAt, session.zone)}`;
    const why = run.why === null ? "" : `: ${plain(run.why)}`;
    return printPiece(`run ${run.id} ended ${run.outcome}${at}${why}\n`);
  }
  if (progress === null) return true;
  if (process.stderr.isTTY) line.show(progress);
  else printMessage(describeProgress(progress, Date.now()));
  return true;
}

function jsonOf({ run, progress, found }: Sight) {
  const { endsAbout = null, at = null, ...rest } = progress ?? {};
  return {
    schemaVersion: 1,
    run: run.id,
    outcome: run.outcome,
    why: run.why,
    ...rest,
    endsAbout: endsAbout === null ? null : toRfc3339(endsAbout),
    at: at === null ? null : toRfc3339(at),
    newOpen: found,
  };
}
