/** Whether a run proves of some ports of one host that an exception for them is not needed. */
import type { FindingRule } from "../facts/finding.js";
import { type Port, type PortSet, PROTOCOLS } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView } from "../facts/view.js";
import type { BoundProfile } from "../profile/bind.js";
import { type Expectation, expectPort } from "../profile/expectation.js";
import { formatPort } from "../scope/port.js";
import {
  countPorts,
  emptyPortSet,
  hasPort,
  intersectPorts,
  portSetOf,
  subtractPorts,
} from "../scope/portSet.js";
import { isBelieved, lookAt, lookAtQuiet, lookAtRow, type PortLook } from "./portLook.js";
import { expectsService, isAsExpected } from "./serviceCheck.js";

/** Ports of an exception that are judged together. */
export interface PortRun {
  readonly first: Port;
  readonly ports: PortSet;
  readonly isSingle: boolean;
  /** `8080/tcp`, `8000-8010/tcp`. */
  readonly text: string;
}

export interface Unused {
  readonly how: string;
  /** Since when it has been so; null: nothing tells. */
  readonly since: Instant | null;
}

export interface UnusedQuestion {
  readonly profile: BoundProfile;
  readonly run: { readonly startedAt: Instant };
  /** The rules that the exception is for. */
  readonly rules: readonly FindingRule[];
}

/** The ports of an exception, adjacent ones together. */
export function portRunsOf(ports: PortSet): readonly PortRun[] {
  return PROTOCOLS.flatMap((protocol) =>
    ports[protocol].map(([from, to]) => {
      const first = { protocol, port: from };
      return {
        first,
        ports: { ...emptyPortSet, [protocol]: [[from, to]] },
        isSingle: from === to,
        text: from === to ? formatPort(first) : `${from}-${to}/${protocol}`,
      };
    }),
  );
}

/** What makes an exception for these ports needless on the host; null where a port may need it, or is not covered. */
export function unusedPortsOn(question: UnusedQuestion, host: HostView, run: PortRun): Unused | null {
  if (run.isSingle) return unusedPort(question, host, run.first, lookAt(host, run.first));
  if (countPorts(subtractPorts(run.ports, host.covered)) > 0) return null;
  const rows = host.ports.filter(({ protocol, port }) => hasPort(run.ports, protocol, port));
  let since: Instant | null = null;
  for (const row of rows) {
    const unused = unusedPort(question, host, row, lookAtRow(row));
    if (unused === null) return null;
    since = laterOf(since, unused.since);
  }
  let rest = subtractPorts(run.ports, portSetOf(rows));
  for (const group of host.quiet) {
    const common = intersectPorts(group.ports, rest);
    if (countPorts(common) === 0) continue;
    if (lookAtQuiet(group, run.first.protocol).is === "unknown") return null;
    rest = subtractPorts(rest, common);
  }
  return countPorts(rest) > 0 ? null : { how: "none of these ports needs it", since };
}

/** The later of two moments, of which either may be unknown. */
export function laterOf(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

function unusedPort(question: UnusedQuestion, host: HostView, port: Port, look: PortLook): Unused | null {
  const { profile, run, rules } = question;
  switch (look.is) {
    case "unknown":
    case "flagged":
      return null;
    case "open": {
      const expectation = expectPort(profile, host.address, port);
      if (!isPermitted(profile, expectation)) return null;
      const { entry, why } = expectation;
      const mayMismatch = rules.includes("wrong-service") && entry !== null && expectsService(entry);
      if (mayMismatch && !isAsExpected(entry, look.row.service)) return null;
      // How long the profile has permitted it is nowhere written.
      return { how: `open, and the profile permits it anyway (${why})`, since: run.startedAt };
    }
    case "silent":
      if (look.row !== null && !isBelieved(look.row, run, profile.profile.defaults.confirmRuns)) return null;
      return { how: "silent", since: look.row?.firstSeen ?? null };
    case "closed":
      return { how: "closed", since: look.row?.firstSeen ?? null };
    case "refused":
      return { how: "refused by a filter", since: look.row?.firstSeen ?? null };
  }
}

function isPermitted({ profile }: BoundProfile, { verdict }: Expectation): boolean {
  return (
    verdict === "allowed" ||
    verdict === "required" ||
    (verdict === "unlisted" && profile.defaults.unlisted === "allowed")
  );
}
