/** From a file to observations. */

import type { KnownHosts } from "../nmap/knownHosts.js";
import { DocumentHosts, type DocumentPlan } from "./documentHosts.js";
import { type DocumentEnd, DocumentReading, type DocumentSink, eachDocument } from "./documentReading.js";
import type { HostSink } from "./hostSink.js";

export interface HostsTaker {
  /** Takes the hosts of this document. */
  sink(document: number): HostSink;
  /** Called between pieces of the file: there reading may wait, or throw to stop. */
  between(): Promise<void> | void;
}

/** Of each document; null for one that is not to be read. */
export type Plans = readonly (DocumentPlan | null)[];

/** Hosts that wait for another element of the same address: 50 MB, if they have a few ports each. */
const MOST_HELD = 60_000;

/**
 * @param plans null to take it for granted that each document ends well and every address comes once; the ends tell
 * whether that was so
 * @returns by document; null for one that was not read
 */
export async function readHosts(
  path: string,
  plans: Plans | null,
  taker: HostsTaker,
  mostHeld = MOST_HELD,
  known: KnownHosts | null = null,
): Promise<(DocumentEnd | null)[]> {
  const largest = Math.max(0, ...(plans ?? []).map((plan) => plan?.repeated.size ?? 0));
  if (plans === null || largest <= mostHeld) return readTurn(path, plans, { turn: 0, of: 1 }, taker, known);
  // masscan writes an element for each port, in any order: a large file is read in turns, some of the addresses in each.
  const ends: (DocumentEnd | null)[] = [];
  for (const [index, plan] of plans.entries()) {
    const alone = plans.map((each) => (each === plan ? plan : null));
    const turns = Math.max(1, Math.ceil((plan?.repeated.size ?? 0) / mostHeld));
    for (let turn = 0; turn < turns && plan !== null; turn++)
      ends[index] = (await readTurn(path, alone, { turn, of: turns }, taker))[index] ?? null;
    ends[index] ??= null;
  }
  return ends;
}

async function readTurn(
  path: string,
  plans: Plans | null,
  { turn, of }: { readonly turn: number; readonly of: number },
  taker: HostsTaker,
  known: KnownHosts | null = null,
): Promise<(DocumentEnd | null)[]> {
  const ends: (DocumentEnd | null)[] = [];
  const open = (index: number): DocumentSink => {
    const plan = plans?.[index] ?? null;
    ends[index] = null;
    if (plans !== null && plan === null) return { push: () => {}, end: () => {} };
    const hosts = new DocumentHosts(plan, turn, of, taker.sink(index));
    const reading = new DocumentReading((host, presumed) => hosts.take(host, presumed), known);
    return {
      push: (bytes) => reading.push(bytes),
      end: (bytesBreak) => {
        ends[index] = reading.end(bytesBreak);
        hosts.end();
      },
    };
  };
  await eachDocument(path, open, () => taker.between());
  return ends;
}
