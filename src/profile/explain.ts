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
  const rows: ExplainedPorts[] = [];
  for (const range of pieces(listedRanges(asked, protocol))) {
    const row = explainRange(asked, protocol, range);
    const before = rows.at(-1);
    if (before !== undefined && before.to + 1 === row.from && saysTheSame(before, row)) {
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

function saysTheSame(a: ExplainedPorts, b: ExplainedPorts): boolean {
  const [first, second] = [a.expectation, b.expectation];
  return (
    first.entry !== null &&
    first.entry === second.entry &&
    first.groupId === second.groupId &&
    first.verdict === second.verdict &&
    first.highRisk === second.highRisk &&
    first.runnersUp.length === second.runnersUp.length &&
    first.runnersUp.every((runner, index) => runner.entry === second.runnersUp[index]?.entry) &&
    a.exception?.exception === b.exception?.exception
  );
}

function listedRanges({ bound, address }: Asked, protocol: Protocol): readonly PortRange[] {
  const entries = rulesOf(bound, address).listing.flatMap(({ voices }) =>
    voices.all.map(({ entry }) => entry),
  );
  const exceptions = exceptionsOf(bound, address).flatMap(({ ports }) => ports?.[protocol] ?? []);
  const listed = [...entries, ...bound.profile.defaults.highRisk].flatMap(({ ports }) => ports[protocol]);
  return [...listed, ...exceptions];
}

/** Cuts overlapping ranges at every edge: within a piece each range holds all ports or none. */
function pieces(ranges: readonly PortRange[]): readonly PortRange[] {
  const edges = [...new Set(ranges.flatMap(([from, to]) => [from, to + 1]))].sort((a, b) => a - b);
  const cut: PortRange[] = [];
  for (const [index, from] of edges.entries()) {
    const next = edges[index + 1];
    if (next !== undefined && ranges.some(([first, last]) => first <= from && from <= last))
      cut.push([from, next - 1]);
  }
  return cut;
}
