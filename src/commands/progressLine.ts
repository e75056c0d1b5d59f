/** One line on stderr that is drawn over and over; nothing at all where stderr is no terminal. */
import type { RunProgress } from "../facts/run.js";
import { formatDuration } from "../report/time.js";

export interface ProgressLine {
  readonly show: (progress: RunProgress) => void;
  readonly clear: () => void;
}

const silent: ProgressLine = { show: () => undefined, clear: () => undefined };

/** `now` in milliseconds; `stream` is stderr. */
export function progressLine(stream: NodeJS.WriteStream, now: () => number): ProgressLine {
  if (!stream.isTTY) return silent;
  return {
    show: (progress) =>
      stream.write(`\r\x1b[K${describeProgress(progress, now()).slice(0, (stream.columns || 80) - 1)}`),
    clear: () => stream.write("\r\x1b[K"),
  };
}

export function describeProgress(progress: RunProgress, now: number): string {
  const { stage, pass, hostsAlive, openPorts, cellsDone, cellsTotal, endsAbout, inFlight } = progress;
  const parts = [
    `${stage}${stage === "sweep" ? ` pass ${pass}` : ""}`,
    `${hostsAlive} hosts`,
    `${openPorts} open`,
    `${cellsTotal === 0 ? 0 : Math.floor((100 * cellsDone) / cellsTotal)} % of what is due so far`,
    progress.stopping === "no" ? endWords(endsAbout, now) : `stopping: ${inFlight} nmaps in flight`,
  ];
  return parts.join(" · ");
}

function endWords(endsAbout: number | null, now: number): string {
  return endsAbout === null ? "ETA …" : `ETA ${formatDuration(Math.max(0, endsAbout - now))}`;
}
