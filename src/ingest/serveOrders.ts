/** A reader thread's side: orders in, reports out. Several orders may go on at once; each waits by itself. */

import type { FileRun } from "../nmap/fileRun.js";
import { KnownHosts } from "../nmap/knownHosts.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import { surveyFile } from "./documentReading.js";
import { sinkOf, sizeOfChunk } from "./hostSink.js";
import type { Order, Report } from "./readerOrders.js";
import { type HostsTaker, readHosts } from "./readHosts.js";
import { readPart } from "./readPart.js";

export interface ReaderPort {
  postMessage(report: Report, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", take: (order: Order) => void): unknown;
}

interface Job {
  isStopped: boolean;
  /** Bytes of hosts told and not taken yet. */
  untaken: number;
  resume: (() => void) | null;
}

/** Of all files that this thread reads. */
const knownHosts = new KnownHosts();

/** Ends a job that was stopped. */
class Stopped extends Error {}

export function serveOrders(port: ReaderPort): void {
  const jobs = new Map<number, Job>();
  port.on("message", (message) => {
    if (message.do === "survey" || message.do === "read" || message.do === "part") {
      const job: Job = { isStopped: false, untaken: 0, resume: null };
      jobs.set(message.order, job);
      void carryOut(port, message, job).finally(() => jobs.delete(message.order));
      return;
    }
    const job = jobs.get(message.order);
    if (job === undefined) return;
    if (message.do === "stop") job.isStopped = true;
    else job.untaken -= message.size;
    job.resume?.();
  });
}

async function carryOut(
  port: ReaderPort,
  message: Order & { do: "survey" | "read" | "part" },
  job: Job,
): Promise<void> {
  const { order, path } = message;
  try {
    if (message.do === "survey") {
      const ends = await surveyFile(path, () => stopIfTold(job));
      port.postMessage({ tell: "surveyed", order, ends });
      return;
    }
    const taker: HostsTaker = {
      sink: (document) =>
        sinkOf(message.form, (chunk) => {
          job.untaken += sizeOfChunk(chunk);
          const moved = chunk.staged === null ? [] : [chunk.staged.words.buffer as ArrayBuffer];
          port.postMessage({ tell: "hosts", order, document, chunk }, moved);
        }),
      between: () => {
        stopIfTold(job);
        return job.untaken > message.mostUntaken ? waitForTaking(port, message, job) : undefined;
      },
    };
    if (message.do === "part") {
      const begun = (run: FileRun, scan: ScanFacts) => port.postMessage({ tell: "begun", order, run, scan });
      const end = await readPart(path, message.part, { ...taker, begun });
      port.postMessage({ tell: "part", order, end });
      return;
    }
    const known = message.isOneOfMany ? knownHosts : null;
    const ends = await readHosts(path, message.plans, taker, undefined, known);
    port.postMessage({ tell: "read", order, ends });
  } catch (error) {
    if (!(error instanceof Stopped)) port.postMessage({ tell: "failed", order, why: String(error) });
  }
}

function stopIfTold(job: Job): void {
  if (job.isStopped) throw new Stopped();
}

async function waitForTaking(
  port: ReaderPort,
  { order, mostUntaken }: Order & { do: "read" | "part" },
  job: Job,
): Promise<void> {
  port.postMessage({ tell: "waiting", order });
  while (job.untaken > mostUntaken && !job.isStopped) {
    await new Promise<void>((resolve) => {
      job.resume = resolve;
    });
  }
  job.resume = null;
  stopIfTold(job);
}
