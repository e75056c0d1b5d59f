/**
 * Where the hosts of a document go as they are read, and in which form they cross to the thread that stores them: staged,
 * as the store takes them (`store/stagedHosts.ts`), or as observations, for whoever wants to look at them.
 */
import type { HostObservation } from "../facts/observation.js";
import type { Instant } from "../facts/run.js";
import { type StagedChunk, StagedHosts } from "../store/stagedHosts.js";
import { addDoubts, type Doubts, noDoubts } from "./disbelief.js";

export interface ImportedHost {
  readonly observation: HostObservation;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** nmap gave up on it: only what answered is covered. */
  readonly timedOut: boolean;
  /** IP TTL of its resets, as far as the file tells one. */
  readonly resetTtl?: number | null;
}

/** Some hosts on their way. */
export type HostChunk = { readonly doubts: Doubts } & (
  | { readonly staged: StagedChunk; readonly hosts: null }
  | { readonly staged: null; readonly hosts: readonly ImportedHost[] }
);

export type Form = "staged" | "observations";

export interface HostSink {
  add(host: ImportedHost): void;
  /** No more come. */
  end(): void;
}

/** Bytes, roughly, in which the room for chunks on their way is counted. */
export function sizeOfChunk({ staged, hosts }: HostChunk): number {
  if (staged !== null) return staged.size;
  return hosts.reduce((sum, { observation }) => sum + 500 + 200 * observation.cells.length, 0);
}

/** Bytes: enough that a chunk costs little of its own; few enough that the other thread soon has something to do. */
const FULL = 256 * 1024;
/** Hosts in a chunk of observations. */
const MANY = 100;

export function sinkOf(form: Form, send: (chunk: HostChunk) => void): HostSink {
  return form === "staged" ? stagedSink(send) : observationSink(send);
}

function stagedSink(send: (chunk: HostChunk) => void): HostSink {
  const hosts = new StagedHosts();
  let doubts = noDoubts();
  const sendAll = (): void => {
    if (!hosts.isEmpty) send({ staged: hosts.take(), hosts: null, doubts });
    doubts = noDoubts();
  };
  return {
    add({ observation, resetTtl }) {
      hosts.add(observation);
      addDoubts(doubts, observation, resetTtl ?? null);
      if (hosts.size >= FULL) sendAll();
    },
    end: sendAll,
  };
}

function observationSink(send: (chunk: HostChunk) => void): HostSink {
  let hosts: ImportedHost[] = [];
  let doubts = noDoubts();
  const sendAll = (): void => {
    if (hosts.length > 0) send({ staged: null, hosts, doubts });
    hosts = [];
    doubts = noDoubts();
  };
  return {
    add(host) {
      hosts.push(host);
      addDoubts(doubts, host.observation, host.resetTtl ?? null);
      if (hosts.length >= MANY) sendAll();
    },
    end: sendAll,
  };
}
