/**
 * How a run is told to stop while it goes on. Ctrl-C once: the nmaps in flight end, no other is started, and what was
 * proved is kept; twice: they are ended at once. SIGTERM stops at once: whoever shuts a machine down waits a minute or so
 * and then kills. `portreeve runs stop` asks for either. A lost terminal (SIGHUP) stops nothing; `cli.ts` takes the write
 * errors that follow.
 */
import { closeSync } from "node:fs";
import type { StopAsked } from "../facts/run.js";

export interface StopSignals {
  /** Aborted with the first word: nothing more is to be begun. */
  readonly finish: AbortSignal;
  /** Aborted where nothing may wait any more. */
  readonly now: AbortSignal;
  /** What was asked last. */
  readonly asked: () => StopAsked;
  /** Who asked first, for people: `Ctrl-C`; null while nobody has. */
  readonly by: () => string | null;
  /** What somebody asks by another way; asking for less than before changes nothing. */
  readonly ask: (how: StopAsked, by: string) => void;
  readonly release: () => void;
}

/** The terminal is gone. Node aborts at its end if it cannot restore a terminal; one that is closed it skips. */
function onHangUp(): void {
  process.once("exit", () => {
    for (const stream of [0, 1, 2]) {
      try {
        closeSync(stream);
      } catch {
        // Closed already.
      }
    }
  });
}

/** @param onStop told each time that more is asked than before */
export function listenForStop(onStop: (how: "finish" | "now", by: string) => void): StopSignals {
  const finish = new AbortController();
  const now = new AbortController();
  let asked: StopAsked = "no";
  let first: string | null = null;
  const ask = (how: StopAsked, by: string) => {
    if (how === "no" || how === asked || asked === "now") return;
    asked = how;
    first ??= by;
    onStop(how, by);
    finish.abort();
    if (how === "now") now.abort();
  };
  const onInterrupt = () => ask(asked === "no" ? "finish" : "now", "SIGINT");
  const onTerminate = () => ask("now", "SIGTERM");
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  process.on("SIGHUP", onHangUp);
  return {
    finish: finish.signal,
    now: now.signal,
    asked: () => asked,
    by: () => first,
    ask,
    release: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
      process.off("SIGHUP", onHangUp);
    },
  };
}
