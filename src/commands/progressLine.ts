/** One line on stderr that is drawn over and over; nothing at all where stderr is no terminal. */
import { formatDuration } from "../report/time.js";
import type { Progress } from "../sweep/carryOut.js";

export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  readonly clear: () => void;
}

const silent: ProgressLine = { show: () => undefined, clear: () => undefined };

/** `now` in milliseconds; `stream` is stderr. */
export function progressLine(stream: NodeJS.WriteStream, now: () => number): ProgressLine {
  if (!stream.isTTY) return silent;
  const started = now();
  let stage = { key: "", since: started };
  return {
    show: (progress) => {
      const key = `${progress.stage}-${progress.pass}`;
      if (stage.key !== key) stage = { key, since: now() };
      const text = describeProgress(progress, now() - started, now() - stage.since);
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`);
    },
    clear: () => stream.write("\r\x1b[K"),
  };
}

/** `elapsed` since the run began and since its stage began, in milliseconds. */
export function describeProgress(progress: Progress, elapsed: number, inStage: number): string {
  const { stage, pass, hostsAlive, openPorts, cellsDone, cellsTotal, probes } = progress;
  const rate = elapsed > 0 ? Math.round((probes / elapsed) * 1000) : 0;
  const left = cellsDone > 0 ? (inStage / cellsDone) * (cellsTotal - cellsDone) : null;
  const parts = [
    `${stage}${stage === "sweep" ? ` pass ${pass}` : ""}`,
    `${hostsAlive} hosts`,
    `${openPorts} open`,
    `${cellsTotal === 0 ? 0 : Math.floor((100 * cellsDone) / cellsTotal)} % of what is due so far`,
    `${rate} packets/s`,
    left === null ? "ETA …" : `ETA ${formatDuration(left)}`,
  ];
  return parts.join(" · ");
}
