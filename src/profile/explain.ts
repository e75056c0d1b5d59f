import type { Address } from "../facts/address.js";
import { type Port, type PortRange, PROTOCOLS, type Protocol } from "../facts/port.js";
import type { BoundProfile } from "./bind.js";
import { type Expectation, expectPort } from "./expectation.js";
import { rulesOf } from "./hostRules.js";

/** Neighbouring ports of which the profile says the same. */
export interface ExplainedPorts {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
  /** `22/tcp` or `8000-8100/tcp`. */
  readonly text: string;
  readonly expectation: Expectation;
}

/** Which entry applies to each port that is listed for a host (high-risk ports too), or to one port, and why. */
export function explain(bound: BoundProfile, address: Address, port?: Port): readonly ExplainedPorts[] {
  if (port !== undefined) {
    return [explainRange(port.protocol, [port.port, port.port], expectPort(bound, address, port))];
  }
  return PROTOCOLS.flatMap((protocol) => explainProtocol(bound, address, protocol));
}

function explainProtocol(
  bound: BoundProfile,
  address: Address,
  protocol: Protocol,
): readonly ExplainedPorts[] {
  const rows: ExplainedPorts[] = [];
  for (const range of pieces(listedRanges(bound, address, protocol))) {
    const [from, to] = range;
    const expectation = expectPort(bound, address, { protocol, port: from });
    const before = rows.at(-1);
    if (before !== undefined && before.to + 1 === from && saysTheSame(before.expectation, expectation)) {
      rows[rows.length - 1] = explainRange(protocol, [before.from, to], before.expectation);
    } else {
      rows.push(explainRange(protocol, range, expectation));
    }
  }
  return rows;
}

function explainRange(protocol: Protocol, [from, to]: PortRange, expectation: Expectation): ExplainedPorts {
  return { protocol, from, to, text: `${from === to ? from : `${from}-${to}`}/${protocol}`, expectation };
}

function saysTheSame(a: Expectation, b: Expectation): boolean {
  return (
    a.entry !== null &&
    a.entry === b.entry &&
    a.groupId === b.groupId &&
    a.verdict === b.verdict &&
    a.highRisk === b.highRisk &&
    a.runnersUp.length === b.runnersUp.length &&
    a.runnersUp.every((runner, index) => runner.entry === b.runnersUp[index]?.entry)
  );
}

function listedRanges(bound: BoundProfile, address: Address, protocol: Protocol): readonly PortRange[] {
  const entries = rulesOf(bound, address).listing.flatMap(({ group }) => group.entries);
  return [...entries, ...bound.profile.defaults.highRisk].flatMap(({ ports }) => ports[protocol]);
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
