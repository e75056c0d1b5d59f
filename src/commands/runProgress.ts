/** How far a run is and when it will be over, from what the sweep tells as shards end. */
import type { Instant, RunProgress, StopAsked } from "../facts/run.js";
import type { Progress } from "../sweep/carryOut.js";

export interface ProgressNotes {
  readonly note: (progress: Progress) => void;
  readonly tell: (beside: { readonly inFlight: number; readonly stopping: StopAsked }) => RunProgress;
}

/** While no shard has ended. */
const NOTHING: Progress = {
  stage: "discover",
  pass: 1,
  hostsAlive: 0,
  openPorts: 0,
  cellsDone: 0,
  cellsTotal: 0,
  probes: 0,
};

/** Less than this tells nothing of the pace. */
const LEAST_MS = 1000;

/** @param now milliseconds; the clock is the caller's */
export function progressNotes(now: () => Instant): ProgressNotes {
  let last = NOTHING;
  let base: { readonly cellsDone: number; readonly at: Instant } | null = null;
  return {
    note(progress) {
      // A run that was taken up again begins with cells that this sitting did not ask.
      if (base === null && progress.cellsTotal > 0) base = { cellsDone: progress.cellsDone, at: now() };
      last = progress;
    },
    tell: (beside) => ({
      ...last,
      ...beside,
      endsAbout: base === null ? null : endOf(last, base, now()),
      at: now(),
    }),
  };
}

/** At the pace so far; what a later pass will ask is not known before. */
function endOf(
  { cellsDone, cellsTotal }: Progress,
  base: { readonly cellsDone: number; readonly at: Instant },
  now: Instant,
): Instant | null {
  const done = cellsDone - base.cellsDone;
  const elapsed = now - base.at;
  if (done <= 0 || elapsed < LEAST_MS) return null;
  return Math.round(now + (elapsed / done) * Math.max(0, cellsTotal - cellsDone));
}
