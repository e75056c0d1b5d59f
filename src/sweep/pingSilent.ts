/** The system's ping, where raw packets are not to be had. */
import type { Address } from "../facts/address.js";
import type { Instant } from "../facts/run.js";
import { evidenceOf, noteAnswer } from "./evidence.js";
import { isStopping, type State } from "./runState.js";

/**
 * Discovery by connect() misses hosts behind a default-drop filter; the system's ping may ask for us. Asks those
 * of `addresses` that were not heard since `since`.
 */
export async function pingSilent(state: State, addresses: readonly Address[], since: Instant): Promise<void> {
  const { request, stop } = state;
  if (request.ping === null || isStopping(state)) return;
  const quiet = addresses.filter(
    (a) => (state.evidence.get(a)?.lastAnswerFrom ?? Number.NEGATIVE_INFINITY) <= since,
  );
  const from = request.now();
  const { answered, note } = await request.ping(quiet, stop.signal);
  if (note !== null) state.warnings.add(note);
  for (const address of answered) {
    noteAnswer(evidenceOf(state.evidence, address), "echo-reply", { from, to: request.now() });
  }
}
