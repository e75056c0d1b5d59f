import type { Certainty, RowState } from "../facts/answer.js";
import type { PortState } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";
import type { Instant, Run, RunId } from "../facts/run.js";
import type { Key } from "../history/span.js";
import type { RunLook } from "./runLook.js";
import type { VantageAt } from "./vantageAt.js";

export interface Evidence {
  readonly state: RowState;
  readonly certainty: Certainty;
  readonly changedBy: RunId | null;
  /** The run that last covered the cell. */
  readonly run: Run;
  /** The run that last proved the state. */
  readonly seenBy: RunLook;
  readonly lastSeen: Instant;
  /** From the last proof to the moment, ms. */
  readonly evidenceAge: number;
}

export type EvidenceReader = (
  host: number,
  protocol: Protocol,
  port: number,
  from: Key,
  /** `STILL_SO` where nothing contradicts it. */
  until: Key,
  lastState: PortState,
  /** The keys whose answer said something, of a quiet port; else the coverage tells. */
  said?: ReadonlySet<Key> | null,
) => Evidence;

/**
 * Reads what a cell's span says at a moment (history.md rule 11): the state, how sure, how old. The span must hold at
 * the moment. One reader for many cells: neighbours mostly have the same evidence, which is then one object.
 * @param maxAge how old the evidence of a run may be, ms; null: however old
 */
export function evidenceReader(
  at: VantageAt,
  maxAge: (run: Run) => number | null = () => null,
): EvidenceReader {
  let last: {
    covering: RunLook;
    seenBy: RunLook;
    next: RunLook | null;
    changed: boolean;
    state: PortState;
  } | null = null;
  let evidence: Evidence | null = null;
  return (host, protocol, port, from, until, lastState, said = null) => {
    let covering: RunLook | null = null;
    let seeing: RunLook | null = null;
    for (const look of at.looks) {
      // The span's first key covered it by definition: nothing before can be the last.
      if (look.key < from) break;
      if (!look.covers(host, protocol, port)) continue;
      covering ??= look;
      if (isMute(look, host, protocol, port, said)) continue;
      seeing = look;
      break;
    }
    const seenBy = seeing ?? at.byKey.get(from) ?? at.looks[0];
    if (seenBy === undefined) throw new RangeError(`host ${host} has spans at a vantage without runs`);
    covering ??= seenBy;
    const next = at.isPast ? nextProof(at, host, protocol, port, said) : null;
    const changed = next !== null && until <= next.key;
    if (
      evidence !== null &&
      last !== null &&
      last.covering === covering &&
      last.seenBy === seenBy &&
      last.next === next &&
      last.changed === changed &&
      last.state === lastState
    ) {
      return evidence;
    }
    last = { covering, seenBy, next, changed, state: lastState };
    evidence = weigh(at, last, maxAge(covering.run));
    return evidence;
  };
}

function weigh(
  at: VantageAt,
  found: { covering: RunLook; seenBy: RunLook; next: RunLook | null; changed: boolean; state: PortState },
  limit: number | null,
): Evidence {
  const { covering, seenBy, next, changed, state } = found;
  const lastSeen = seenBy.run.startedAt;
  const evidenceAge = Math.max(0, at.at - lastSeen);
  const known = { run: covering.run, seenBy, lastSeen, evidenceAge, changedBy: null };
  if (changed && next !== null) return { ...known, state, certainty: "changed", changedBy: next.run.id };
  if (next !== null || (at.asked !== null && seenBy.key === at.key)) {
    return { ...known, state, certainty: "sure" };
  }
  if (limit !== null && evidenceAge > limit) return { ...known, state: "unknown", certainty: "unknown" };
  return { ...known, state, certainty: "last-known" };
}

function nextProof(
  at: VantageAt,
  host: number,
  protocol: Protocol,
  port: number,
  said: ReadonlySet<Key> | null,
): RunLook | null {
  for (const look of at.later) {
    if (look.covers(host, protocol, port) && !isMute(look, host, protocol, port, said)) return look;
  }
  return null;
}

function isMute(
  look: RunLook,
  host: number,
  protocol: Protocol,
  port: number,
  said: ReadonlySet<Key> | null,
): boolean {
  return said === null ? look.isUnproved(host, protocol, port) : !said.has(look.key);
}
