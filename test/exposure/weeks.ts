/**
 * A network told week by week, and what the store would show of each week's run: spans, rows and quiet groups as
 * history.md has them. And a ledger that keeps findings from run to run.
 */

import { judge } from "../../src/exposure/judge.js";
import { type JudgedRun, type LivedJudgement, liveOn } from "../../src/exposure/life.js";
import type { Finding, FindingTransition } from "../../src/facts/finding.js";
import type { Proof, QuietGroup } from "../../src/facts/observation.js";
import type { Run } from "../../src/facts/run.js";
import type { HostView, RunView } from "../../src/facts/view.js";
import type { BoundProfile } from "../../src/profile/bind.js";
import { parsePort } from "../../src/scope/port.js";
import { DAY, makeHost, makeRow, makeService, makeView, quiet, type Row, START } from "./views.js";

/**
 * A port in one week: `open`, `open http` (identified), `doubt` (open, unconfirmed), `tarpit`, or what it proves; a port
 * that is not told of was not covered.
 */
export type PortWeek =
  | "open"
  | `open ${string}`
  | "doubt"
  | "tarpit"
  | "closed"
  | "refused"
  | "silent"
  | "none";

export interface HostWeek {
  /** Alive unless told. */
  readonly presence?: "silent" | "vanished";
  /** By `22/tcp`. */
  readonly ports?: Readonly<Record<string, PortWeek>>;
  /** Ports that are firewall holes. */
  readonly holes?: readonly string[];
  readonly holesUnjudged?: string;
}

/** The hosts a run asked, by address; one that is not told of was not asked. */
export type Week = Readonly<Record<string, HostWeek>>;

export const WEEK = 7 * DAY;

/** When the run of a week began; it took an hour. */
export function startOf(week: number): number {
  return START + week * WEEK;
}

/** What each week's run showed. Run 1 is week 0. It asked the hosts that are told of, one by one, unless `some` says more. */
export function viewsOf(weeks: readonly Week[], some: Partial<Run> = {}): readonly RunView[] {
  return weeks.map((asked, week) =>
    makeView(
      Object.keys(asked)
        .filter((host) => isInView(weeks.slice(0, week + 1), host))
        .map((host) => hostOf(weeks.slice(0, week + 1), host)),
      {
        id: week + 1,
        startedAt: startOf(week),
        endedAt: startOf(week) + 3_600_000,
        targets: Object.keys(asked),
        ...some,
      },
    ),
  );
}

/** A silent host is in the view where history knows it. */
function isInView(weeks: readonly Week[], host: string): boolean {
  return weeks.some((week) => week[host] !== undefined && week[host].presence !== "silent");
}

function hostOf(weeks: readonly Week[], host: string): HostView {
  const now = weeks.at(-1)?.[host] ?? {};
  const names = new Set(weeks.flatMap((week) => Object.keys(week[host]?.ports ?? {})));
  const rows: Row[] = [];
  const groups: QuietGroup[] = [];
  for (const name of names) {
    const row = rowOf(weeks, host, name);
    if (row !== null) rows.push(row);
    else {
      const proof = proofIn(weeks.at(-1), host, name);
      if (proof !== null) groups.push(quiet(proof, name));
    }
  }
  const alive = weeks.flatMap((week, index) =>
    week[host] !== undefined && week[host].presence === undefined ? [index] : [],
  );
  const gone = weeks.findLastIndex((week) => week[host]?.presence === "vanished");
  const since = alive.find((week) => week > gone);
  const last = alive.at(-1);
  return makeHost(host, {
    presence: now.presence ?? "alive",
    aliveSince: since === undefined ? null : startOf(since),
    lastAlive: last === undefined ? null : startOf(last),
    ports: rows,
    quiet: groups,
    holes: (now.holes ?? []).map((name) => ({
      ...parsePort(name),
      silentShare: 0.99,
      neighboursAsked: 20,
      neighboursAnswered: 0,
      firstSeen: startOf(weeks.findIndex((week) => week[host]?.holes?.includes(name) ?? false)),
    })),
    holesUnjudged: now.holesUnjudged ?? null,
  });
}

/** What a week proves of a port; null: not covered. */
function proofIn(week: Week | undefined, host: string, port: string): Proof | null {
  const { presence, ports = {} } = week?.[host] ?? {};
  const told = presence === undefined ? ports[port] : undefined;
  if (told === undefined || told === "none") return null;
  if (told === "closed" || told === "refused" || told === "silent") return told;
  return "open";
}

function rowOf(weeks: readonly Week[], host: string, port: string): Row | null {
  const span: { proof: Proof; from: number; last: number }[] = [];
  let wasOpen = false;
  weeks.forEach((week, index) => {
    const proof = proofIn(week, host, port);
    // Silence of a UDP port that was open says nothing.
    if (proof === null || (proof === "silent" && port.endsWith("/udp"))) return;
    wasOpen ||= proof === "open";
    const [current] = span;
    if (current?.proof === proof) current.last = index;
    else span.unshift({ proof, from: index, last: index });
  });
  const [current] = span;
  if (!wasOpen || current === undefined) return null;
  const told = weeks[current.last]?.[host]?.ports?.[port] ?? "";
  const services = weeks.flatMap((week) => /^open (.+)/.exec(week[host]?.ports?.[port] ?? "")?.[1] ?? []);
  const service = services.at(-1);
  return makeRow(host, port, {
    state: current.proof === "open" ? "open" : current.proof === "closed" ? "closed" : "filtered",
    proof: current.proof,
    firstSeen: startOf(current.from),
    lastSeen: startOf(current.last),
    covered: current.last === weeks.length - 1,
    confidence: told === "doubt" ? "unconfirmed" : told === "tarpit" ? "tarpit" : "confirmed",
    service: current.proof === "open" && service !== undefined ? makeService(service) : null,
  });
}

/** Keeps findings from run to run, as the store does: by fingerprint, nothing is taken out. */
export class Findings {
  readonly known = new Map<string, Finding>();
  readonly transitions: FindingTransition[] = [];

  /** Judges a run, lives on, and keeps what came of it. */
  live(view: RunView, profile: BoundProfile | null): LivedJudgement {
    const lived = this.look(view, profile);
    for (const finding of lived.touched) this.known.set(finding.fingerprint, finding);
    this.transitions.push(...lived.transitions);
    return lived;
  }

  /** The same, and keeps nothing. */
  look(view: RunView, profile: BoundProfile | null): LivedJudgement {
    const run: JudgedRun = { view, profile, judgement: judge(view, profile) };
    return liveOn(run, [...this.known.values()], "anna");
  }

  /** `unexpected-open closed`, … of all there are, in the order in which they came. */
  statuses(): readonly string[] {
    return [...this.known.values()].map(({ rule, status }) => `${rule} ${status}`);
  }
}

/** Lives through the weeks; a single profile is for all of them. */
export function liveThrough(
  weeks: readonly Week[],
  profiles: BoundProfile | null | readonly (BoundProfile | null)[],
  some: Partial<Run> = {},
): { findings: Findings; last: LivedJudgement } {
  const findings = new Findings();
  let last: LivedJudgement | null = null;
  viewsOf(weeks, some).forEach((view, week) => {
    const all = Array.isArray(profiles) ? profiles : [profiles];
    last = findings.live(view, all[Math.min(week, all.length - 1)] ?? null);
  });
  if (last === null) throw new RangeError("no weeks");
  return { findings, last };
}
