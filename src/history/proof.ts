import type { PortState, Proof } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";

/** A cell's value: what was answered, and what that proves. */
export interface CellState {
  readonly state: PortState | "closed-or-filtered";
  readonly reason: string;
  readonly proof: Proof;
}

/** Two answers are one state if they prove the same; the reason may wobble from run to run. */
export function provesTheSame(a: CellState, b: CellState): boolean {
  return a.proof === b.proof;
}

/**
 * Whether an answer leaves what is known of a cell as it is. `none` proves nothing at all. A silent UDP port may be
 * open and not like the question (`open|filtered`), so silence does not contradict `open`.
 */
export function saysNothing(protocol: Protocol, answer: CellState, known: CellState | null): boolean {
  if (answer.proof === "none") return true;
  return protocol === "udp" && answer.proof === "silent" && known?.proof === "open";
}
