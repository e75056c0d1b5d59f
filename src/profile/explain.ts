import type { Address } from "../facts/address.js";
import { type Port, type PortRange, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "./bind.js";
import { type Cover, exceptionsOf, findException } from "./exceptionRules.js";
import { type Expectation, expectPort } from "./expectation.js";
import { rulesOf } from "./hostRules.js";
import { openRule } from "./openRule.js";

/** Neighbouring ports of which the profile says the same. */
export interface ExplainedPorts {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
  /** `22/tcp` or `8000-8100/tcp`. */
  readonly text: string;
  readonly expectation: Expectation;
  /** The exception that covers what an open port would raise, be it over or not; null where none does or no time is given. */
  readonly exception: Cover | null;
}

/**
 * Which entry applies to each port that is listed for a host (those of the high-risk list and of its exceptions too),
 * or to one port, and why. `at` is the time for which exceptions are asked.
 */
export function explain(
  bound: BoundProfile,
  address: Address,
  port?: Port,
  at?: Instant,
): readonly ExplainedPorts[] {
  const asked = { bound, address, at: at ?? null };
  if (port !== undefined) return [explainRange(asked, port.protocol, [port.port, port.port])];
  return PROTOCOLS.flatMap((protocol) => explainProtocol(asked, protocol));
}

interface Asked {
  readonly bound: BoundProfile;
  readonly address: Address;
  readonly at: Instant | null;
}

function explainProtocol(asked: Asked, protocol: Protocol): readonly ExplainedPorts[] {
  const entries = entryRanges(asked, protocol);
  // Where no entry begins or ends the same ones list the port, so that the same runners-up follow the same winner.
  const turns = new Set(entries.flatMap(edgesOf));
  const rows: ExplainedPorts[] = [];
  for (const range of pieces([...entries, ...otherRanges(asked, protocol)])) {
    const row = explainRange(asked, protocol, range);
    const before = rows.at(-1);
    const follows = before !== undefined && before.to + 1 === row.from && !turns.has(row.from);
    if (follows && saysTheSame(before, row)) {
      rows[rows.length - 1] = { ...before, to: row.to, text: textOf(protocol, before.from, row.to) };
    } else {
      rows.push(row);
    }
  }
  return rows;
}

/** Of the first port of the range; the caller knows that the same is said of all. */
function explainRange(
  { bound, address, at }: Asked,
  protocol: Protocol,
  [from, to]: PortRange,
): ExplainedPorts {
  const port = { protocol, port: from };
  const expectation = expectPort(bound, address, port);
  // Where the port may be open, another service than the expected one is what is left to accept.
  const rule = openRule(expectation, bound.profile.defaults) ?? "wrong-service";
  const exception = at === null ? null : findException(bound, { address, port, rule }, at);
  return { protocol, from, to, text: textOf(protocol, from, to), expectation, exception };
}

function textOf(protocol: Protocol, from: number, to: number): string {
  return `${from === to ? from : `${from}-${to}`}/${protocol}`;
}

/** Of ports that the same entries list. */
function saysTheSame(a: ExplainedPorts, b: ExplainedPorts): boolean {
  const [first, second] = [a.expectation, b.expectation];
  return (
    first.entry !== null &&
    first.entry === second.entry &&
    first.groupId === second.groupId &&
    first.verdict === second.verdict &&
    first.highRisk === second.highRisk &&
    a.exception?.exception === b.exception?.exception
  );
}

function entryRanges({ bound, address }: Asked, protocol: Protocol): readonly PortRange[] {
  return rulesOf(bound, address).listing.flatMap(({ voices }) =>
    voices.all.flatMap(({ entry }) => entry.ports[protocol]),
  );
}

function otherRanges({ bound, address }: Asked, protocol: Protocol): readonly PortRange[] {
  const highRisk = bound.profile.defaults.highRisk.flatMap(({ ports }) => ports[protocol]);
  const exceptions = exceptionsOf(bound, address).flatMap(({ ports }) => ports?.[protocol] ?? []);
  return [...highRisk, ...exceptions];
}

/** Where a range begins, and where it is over. */
function edgesOf([from, to]: PortRange): readonly [number, number] {
  return [from, to + 1];
}

/** Cuts overlapping ranges at every edge: within a piece each range holds all ports or none. */
function pieces(ranges: readonly PortRange[]): readonly PortRange[] {
  /** By edge, how many more ranges hold the ports from there on than those before. */
  const changes = new Map<number, number>();
  const change = (edge: number, by: number) => changes.set(edge, (changes.get(edge) ?? 0) + by);
  for (const [from, over] of ranges.map(edgesOf)) {
    change(from, 1);
    change(over, -1);
  }
  const edges = [...changes].sort(([a], [b]) => a - b);
  const cut: PortRange[] = [];
  let holding = 0;
  for (const [index, [from, by]] of edges.entries()) {
    holding += by;
    const next = edges[index + 1];
    if (next !== undefined && holding > 0) cut.push([from, next[0] - 1]);
  }
  return cut;
}
