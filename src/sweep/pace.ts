/**
 * How many packets a second a run may send, and how its nmap processes share them.
 *
 * nmap fixes `--max-rate` when a process starts, so a budget over many processes is k slots at R/k each
 * (measuring.md, "One budget over many nmaps"). With a cap per host one slot serves one host at a time at that
 * cap, which keeps the cap exactly; without it (an explicit `--rate` is consent) a slot serves a group of hosts.
 */

import type { Cap } from "../facts/cap.js";
import { Caps } from "./caps.js";

export const PACES = ["gentle", "steady", "fast"] as const;
export type Pace = (typeof PACES)[number];

/** Packets a second in all and at one host (measuring.md: the defaults protect the firewalls in between). */
const PRESETS: Readonly<Record<Pace, { rate: number; hostRate: number }>> = {
  gentle: { rate: 100, hostRate: 20 },
  steady: { rate: 500, hostRate: 100 },
  fast: { rate: 5000, hostRate: 1000 },
};

/** Loopback and the local machine need no cap; this keeps one nmap from starving the others of the processor. */
const LOCAL_RATE = 10_000;

const UNCAPPED_SLOTS = 4;

/** Hosts whose services are asked side by side: nmap mostly waits there, a silent service takes it 160 s (measured). */
const IDENTIFY_SLOTS = { least: 4, most: 24, rateEach: 30 } as const;

/** Share of the budget kept for identification while any is due. */
const IDENTIFY_SHARE = 0.1;

/**
 * Sweeping processes side by side, where caps leave each so little that more are needed to use the budget. Each takes
 * memory (nmap about 20 MB, measured) and a share of a core.
 */
const PROCESSES = { usual: 16, most: 64, aCore: 16, bytesEach: 40e6 } as const;

export interface Budget {
  /** Packets a second over all processes. */
  readonly rate: number;
  /** Packets a second at one host; null where an explicit rate lifted the cap. */
  readonly hostRate: number | null;
  /** Caps on networks and hosts, over all processes; they hold beside any rate. */
  readonly caps: Caps;
  /** Sweeping processes that the budget is shared out to. */
  readonly slots: number;
  /** Sweeping processes side by side at most, where caps keep them below a slot's rate. */
  readonly processes: number;
  /** Packets a second of one slot. */
  readonly slotRate: number;
  /** Packets a second of a process whose addresses are all the bastion's own. */
  readonly localRate: number;
  /** Identifying processes side by side. */
  readonly identifySlots: number;
  /** True where the user named a rate: nmap is told to keep up (`--min-rate`). */
  readonly explicit: boolean;
}

export interface PaceRequest {
  readonly pace: Pace;
  /** `--rate`, packets a second; it overrides the pace and lifts the host cap. */
  readonly rate: number | null;
  /** `host_rate` of the configuration; a cap even beside an explicit rate. */
  readonly hostRate: number | null;
  readonly caps?: readonly Cap[];
  /** What the machine can bear; not known, a usual one. */
  readonly machine?: Machine;
}

export interface Machine {
  readonly cores: number;
  readonly freeBytes: number;
}

/** The budget of a run; rates in packets a second. */
export function budgetFor(request: PaceRequest): Budget {
  const preset = PRESETS[request.pace];
  const explicit = request.rate !== null;
  const rate = request.rate ?? preset.rate;
  const hostRate = request.hostRate ?? (explicit ? null : preset.hostRate);
  const sweepRate = Math.max(1, rate * (1 - IDENTIFY_SHARE));
  const slots = slotsFor(sweepRate, hostRate);
  return {
    rate,
    hostRate,
    caps: new Caps(request.caps ?? []),
    slots,
    processes: Math.max(slots, processesFor(request.machine)),
    slotRate: Math.max(1, Math.floor(sweepRate / slots)),
    localRate: explicit ? rate : LOCAL_RATE,
    identifySlots: identifySlotsFor(rate),
    explicit,
  };
}

/** Enough slots to use the whole budget under the host cap, but not so many that processes cost more than packets. */
function slotsFor(rate: number, hostRate: number | null): number {
  if (hostRate === null) return rate < UNCAPPED_SLOTS ? 1 : UNCAPPED_SLOTS;
  // A slot sends one packet a second at least, so there are no more slots than packets.
  return Math.min(16, Math.max(1, Math.min(Math.floor(rate), Math.ceil(rate / hostRate))));
}

function processesFor(machine: Machine | undefined): number {
  if (machine === undefined) return PROCESSES.usual;
  const bearable = Math.min(
    machine.cores * PROCESSES.aCore,
    Math.floor(machine.freeBytes / PROCESSES.bytesEach),
  );
  return Math.max(1, Math.min(PROCESSES.most, bearable));
}

function identifySlotsFor(rate: number): number {
  const { least, most, rateEach } = IDENTIFY_SLOTS;
  return Math.min(most, Math.max(least, Math.floor(rate / rateEach)));
}
