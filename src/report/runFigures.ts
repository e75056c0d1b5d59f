/**
 * What a run says of itself beside its ports: how much it missed, which hosts fell silent under it, what it does not
 * believe. The words of the text report and of `runs show` alike, and the JSON of both.
 */
import type { Disbelieved, Recall, Run, SilencedHost } from "../facts/run.js";
import type { ChangeRow, RunView } from "../facts/view.js";
import { formatShare } from "./count.js";
import { plain } from "./escape.js";
import { toRfc3339, zonedTime } from "./time.js";
import { portSpecText } from "./words.js";

/** What the run stated; where it stated nothing, why. */
export function recallOfRun({ recall, source, outcome }: Pick<Run, "recall" | "source" | "outcome">): Recall {
  const why =
    outcome === "running"
      ? "not measured yet"
      : source === "import"
        ? "not measured: a file does not tell what was lost"
        : "not measured";
  return recall ?? { estimate: null, lower: null, upper: null, source: why };
}

/** How much of what is open was found; never a bare 100 %. */
export function recallWords({ estimate, lower, upper, source }: Recall): string {
  const from = source === "" ? "" : ` (${plain(source)})`;
  if (lower === null && estimate === null)
    return /^not measured/.test(source) ? plain(source) : `not measured${from}`;
  if (lower === null) return `about ${boundedShare(estimate ?? 0)} of what is open was found${from}`;
  const about = estimate === null ? "" : `; best estimate ${boundedShare(estimate)}`;
  const most = upper === null || upper >= 1 ? "" : `, at most ${formatShare(upper)}`;
  return `at least ${boundedShare(lower)} of what is open was found${about}${most}${from}`;
}

/** A measured share never reads 100 %: no sample is that large. */
function boundedShare(share: number): string {
  return share >= 1 ? "over 99.9 %" : formatShare(share);
}

export function recallJson({ estimate, lower, upper, source }: Recall) {
  return { estimate, lower, upper, source };
}

/**
 * `answered at 03:12:11 for the last time; last sent to it: 1,000 TCP ports (sweep) at 03:12:09`. The address is the
 * caller's, who may know its name. `day` is shown where it is another one than the run's first.
 */
export function silencedWords(
  { lastAnswer, lastSent }: SilencedHost,
  zone: string,
  startedAt: number,
): string {
  const at = (instant: number) => {
    const { date, clock } = zonedTime(instant, zone);
    // Zones differ by whole minutes, so the seconds are UTC's.
    const time = `${clock}:${new Date(instant).toISOString().slice(17, 19)}`;
    return date === zonedTime(startedAt, zone).date ? time : `${date} ${time}`;
  };
  const answered = `answered at ${at(lastAnswer)} for the last time`;
  if (lastSent === null) return `${answered}; nothing but questions for a sign of life was sent to it`;
  const what = lastSent.ports === "" ? "questions for a sign of life" : sentPorts(lastSent.ports);
  return `${answered}; last sent to it: ${what} (${plain(lastSent.stage)}) at ${at(lastSent.at)}`;
}

const LISTED = 40;

/** A few ports are told by number: one of them may have been one too many. */
function sentPorts(spec: string): string {
  return spec.length <= LISTED && !spec.includes("-") ? `ports ${plain(spec)}` : portSpecText(spec);
}

export function silencedJson({ address, lastAnswer, lastSent }: SilencedHost) {
  return {
    address,
    lastAnswer: toRfc3339(lastAnswer),
    lastSent: lastSent === null ? null : { ...lastSent, at: toRfc3339(lastSent.at) },
  };
}

/** `10.0.3.0/24 (middlebox): every address resets …`. */
export function disbelievedWords({ place, flag, why }: Disbelieved): string {
  return `${plain(place)} (${plain(flag)}): ${plain(why, { max: 300 })}`;
}

/** The changes that are news: a tarpit opens every port there is, and nothing opened. JSON has them all. */
export function believedChanges({ run, changes }: Pick<RunView, "run" | "changes">): readonly ChangeRow[] {
  const tarpits = new Set(run.disbelieved.flatMap(({ flag, place }) => (flag === "tarpit" ? [place] : [])));
  if (tarpits.size === 0) return changes;
  return changes.filter(({ address, protocol, kind }) => {
    const isOpening = kind === "opened" || kind === "reopened" || kind === "first-seen";
    return !(isOpening && protocol === "tcp" && tarpits.has(address));
  });
}
