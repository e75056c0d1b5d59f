/** From a plan to a run that holds the lock: a new one, or one that was broken off and is gone on with. */
import { PortreeveError } from "../facts/error.js";
import type { Run, RunId } from "../facts/run.js";
import type { RunDraft } from "../store/beginRun.js";
import type { Store } from "../store/store.js";
import type { EarlierSittings } from "../sweep/resume.js";
import { plural } from "./announce.js";
import { keptShards, readShards } from "./earlierShards.js";
import { endOrphans } from "./orphans.js";
import { printMessage } from "./output.js";

const WAIT_STEP_MS = 2000;

export interface Beginning {
  readonly store: Store;
  readonly draft: RunDraft;
  readonly operator: string;
  /** The run to go on with; null for a new one. */
  readonly resumed: RunId | null;
}

export interface Begun {
  readonly run: Run;
  /** What the run has from before; null for a new one. */
  readonly earlier: EarlierSittings | null;
}

/**
 * Takes the lock, waiting for it as long as is asked, and ends what a dead run left behind before anything is sent.
 * @param wait milliseconds
 */
export async function beginOrReopen(
  beginning: Beginning,
  { wait, signal }: { readonly wait: number; readonly signal: AbortSignal },
): Promise<Begun> {
  const deadline = Date.now() + wait;
  for (let told = false; ; told = true) {
    try {
      return await begin(beginning);
    } catch (error) {
      if (!(error instanceof PortreeveError) || error.code !== "locked" || Date.now() >= deadline)
        throw error;
      if (signal.aborted) throw new PortreeveError("interrupted", "stopped while waiting for another run");
      if (!told) printMessage(`${error.message}; waiting`);
      await new Promise((done) => setTimeout(done, WAIT_STEP_MS));
    }
  }
}

async function begin({ store, draft, operator, resumed }: Beginning): Promise<Begun> {
  if (resumed === null) {
    const { run, deadShards } = store.beginRun(draft);
    await endWithin(store, run.id, deadShards);
    return { run, earlier: null };
  }
  const { run, deadShards, sittings } = store.reopenRun(resumed, operator);
  await endWithin(store, run.id, deadShards);
  return { run, earlier: earlierOf(store, run, sittings.length) };
}

/** The run has begun: where it cannot go on it must not seem to. */
async function endWithin(store: Store, run: RunId, orphans: Parameters<typeof endOrphans>[0]): Promise<void> {
  try {
    const ended = await endOrphans(orphans);
    if (ended > 0) printMessage(`ended ${plural(ended, "nmap")} that a dead run had left behind`);
  } catch (error) {
    store.endRun(run, {
      ...{ outcome: "interrupted", why: error instanceof Error ? error.message : String(error) },
      ...{ coverage: null, cellsDue: null, cellsCovered: null, warnings: [], endedAt: Date.now() },
    });
    throw error;
  }
}

function earlierOf(store: Store, run: Run, sitting: number): EarlierSittings {
  const kept = keptShards(store, run.id);
  const whole = kept.filter(({ state }) => state === "done").length;
  const broken = store.shardsOf(run.id).filter(({ state }) => state === "lost" || state === "failed").length;
  printMessage(
    `run ${run.id} goes on: ${plural(whole, "shard")} of it are kept, what ${broken} were to ask is asked again`,
  );
  let isTold = false;
  const onMissing = () => {
    if (!isTold) printMessage("some of its XML is not kept any more: what it told is asked again");
    isTold = true;
  };
  return { sitting, shards: readShards(store, kept, onMissing) };
}
