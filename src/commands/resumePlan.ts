/** What a run was asked, kept with it so that it can be gone on with; and the plan of going on. */
import { resolve } from "node:path";
import { resolveAudit } from "../config/audit.js";
import { formatWindow } from "../config/window.js";
import { PortreeveError } from "../facts/error.js";
import type { Run, RunId } from "../facts/run.js";
import type { RunAsk } from "../facts/runAsk.js";
import { formatAddresses, parseAddressSet } from "../scope/addressRanges.js";
import { openStore } from "../store/openStore.js";
import { type Budget, budgetFor, PACES, type Pace } from "../sweep/pace.js";
import { planScan, type ScanFlags, type ScanPlan } from "./scanPlan.js";
import type { Session } from "./session.js";
import { knownAudit } from "./storedRun.js";

/** What else a run was asked, beside its plan. */
export interface AskedBeside {
  readonly identify: boolean;
  readonly probeFragile: boolean;
  readonly names: boolean;
  readonly stopIfSilent: number | null;
  /** As typed. */
  readonly profile: string | null;
  readonly failOn: string | null;
  readonly minCoverage: number | null;
}

export function askOf(
  { addresses, skipDiscovery, pace, budget, hours }: ScanPlan,
  beside: AskedBeside,
): RunAsk {
  return {
    version: 1,
    addresses: formatAddresses(addresses),
    skipDiscovery,
    identify: beside.identify,
    identifyFragilePorts: beside.probeFragile,
    names: beside.names,
    pace,
    rate: budget.explicit ? budget.rate : null,
    hostRate: budget.hostRate,
    window: hours === null || hours.window === null ? null : formatWindow(hours.window),
    probeFor: hours?.probeFor ?? null,
    stopIfSilent: beside.stopIfSilent,
    profile: beside.profile === null ? null : resolve(beside.profile),
    failOn: beside.failOn,
    minCoverage: beside.minCoverage,
  };
}

export interface Resumed {
  readonly run: Run;
  readonly ask: RunAsk;
}

/** Flags that would make another run of it, by what they are called. */
const OTHERS = {
  ports: "-p",
  topPorts: "--top-ports",
  udp: "--udp",
  targetsFile: "--targets-file",
  skipDiscovery: "--skip-discovery",
  connect: "--connect",
  vantage: "--vantage",
  realm: "--realm",
  dryRun: "--dry-run",
} as const;

/**
 * Reads what the run was asked.
 * @throws PortreeveError `usage` where something else is asked beside it, or the run does not say what it was asked
 */
export function readResumed(
  session: Session,
  id: RunId,
  words: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): Resumed {
  const other = words[0] ?? Object.entries(OTHERS).find(([key]) => flags[key] !== undefined)?.[1];
  if (other !== undefined) {
    throw new PortreeveError(
      "usage",
      `--resume ${id} goes on with what run ${id} was asked: ${other} cannot be changed`,
      {
        hint: "leave it out; --exclude, --rate, --pace, --profile and --fail-on may be given. For another scope start a new run",
      },
    );
  }
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const run = store.getRun(id);
    const ask = store.runAsk(id);
    if (ask !== null) return { run, ask };
    throw new PortreeveError("usage", `run ${id} cannot be gone on with: it does not say what it was asked`, {
      hint:
        run.source === "import" ? "it is an imported file" : "an older portreeve made it; start a new run",
    });
  } finally {
    store.close();
  }
}

/**
 * The plan of going on: the scope as it was resolved then, within what is allowed and not excluded now; the same ports,
 * vantage and method; the same pace, unless another is asked for.
 */
export async function planResume(
  { run, ask }: Resumed,
  flags: ScanFlags,
  session: Session,
): Promise<ScanPlan> {
  const { config } = session;
  const audit = resolveAudit(config, knownAudit(run.audit, session));
  const text = `the scope of run ${run.id}`;
  const plan = await planScan(
    [],
    {
      ...flags,
      ports: run.ports,
      udp: false,
      connect: run.method === "connect",
      skipDiscovery: ask.skipDiscovery,
      vantage: run.vantage,
      realm: run.realm,
      yesLarge: true,
      ...hoursOf(ask, flags),
    },
    config,
    { audit, targets: [{ kind: "set", text, addresses: parseAddressSet(ask.addresses) }] },
  );
  requireMethod(run, plan);
  const isPaced = flags.rate !== undefined || flags.pace !== undefined;
  return isPaced ? plan : { ...plan, pace: paceOf(ask), budget: budgetOf(ask, plan.budget) };
}

function requireMethod(run: Run, { method, privilege }: ScanPlan): void {
  if (run.method === method) return;
  throw new PortreeveError(
    "usage",
    `run ${run.id} asks with raw packets, and this process may not send any: ${privilege.why}`,
    { hint: privilege.mend ?? "go on with it as the user who began it" },
  );
}

function paceOf({ pace }: RunAsk): Pace | null {
  return PACES.find((each) => each === pace) ?? null;
}

function budgetOf(ask: RunAsk, planned: Budget): Budget {
  const { rate, hostRate } = ask;
  const { caps, processes } = planned;
  const asked = budgetFor({ pace: paceOf(ask) ?? "steady", rate, hostRate, caps: caps.list });
  return { ...asked, processes: Math.max(asked.slots, processes) };
}

/** The hours it had: the next sitting keeps to the same window, and may last as long as the first might. */
function hoursOf(ask: RunAsk, flags: ScanFlags): Pick<ScanFlags, "window" | "for"> {
  const window = flags.window ?? ask.window;
  const probeFor = flags.for ?? ask.probeFor;
  return { ...(window === null ? {} : { window }), ...(probeFor === null ? {} : { for: probeFor }) };
}
