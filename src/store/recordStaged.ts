import { PROTOCOLS } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { ChangeLines } from "../history/changeLines.js";
import { portChanges } from "../history/spanChanges.js";
import { packFirstTracks } from "../history/trackPack.js";
import { addPorts, addTraits, type GatheredCoverage, gatherCoverage } from "./compactRun.js";
import { forgetPacks } from "./hostPack.js";
import { cellValueOf, changeValueId, hostId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import { presenceId } from "./placeHost.js";
import { type HostPort, hintAdded } from "./portHosts.js";
import { publishLines } from "./published.js";
import { openRecording, type Recording } from "./recording.js";
import { recordSaid } from "./recordTracks.js";
import { RowBatch } from "./rowBatch.js";
import { storedRun } from "./runs.js";
import type { Stage } from "./stage.js";
import { StagedPage } from "./stagedPage.js";
import { AT, CELL, holds } from "./stagedRow.js";

/** Writes what a file said of hosts; it has no working rows, so its coverage is gathered and returned. In a transaction. */
export function recordStaged(ledger: Ledger, run: number, stage: Stage): GatheredCoverage {
  const gathered = gatherCoverage();
  const lines = new ChangeLines();
  const stored = storedRun(ledger, run);
  const recording = openRecording(ledger, stored, { run, lines });
  const others = ledger.sql("SELECT 1 FROM run WHERE vantage = ? AND id <> ? LIMIT 1");
  // Hosts with a later number are new; at a new place all are.
  const lastHost =
    others.get(stored.vantage, run) === undefined
      ? -1
      : (ledger.numbers("SELECT coalesce(max(id), 0) FROM host").get() ?? 0);
  const first = firstHosts(ledger, recording, lines);
  const seen = new Set<number>();
  let pages = 0;
  for (const [words, { addresses, starts }, page] of openPages(ledger, stage)) {
    pages += 1;
    for (const [index, address] of addresses.entries()) {
      const at = starts[index] ?? 0;
      if (!holds(words, at)) continue;
      const host = hostId(ledger, stored.realm, address);
      if (pages > 1 && seen.has(host)) continue;
      seen.add(host);
      if (host > lastHost) recordFirst(first, host, page, at);
      else recordSaid(recording, host, page.digest(at), () => page.said(at), false);
      recordExceptions(recording, host, page, at);
      gather(gathered, host, page, at);
    }
  }
  for (const rows of [first.ownSpans, first.tracks, first.quiet, first.heads]) rows.flush();
  publishLines(ledger, run, lines);
  hintAdded(ledger, lines.sorted(), first.untold);
  forgetPacks(ledger);
  return gathered;
}

function* openPages(ledger: Ledger, stage: Stage) {
  for (const [words, names] of stage.pages())
    yield [words, names, new StagedPage(ledger, words, names)] as const;
}

interface FirstHosts {
  readonly recording: Recording;
  readonly lines: ChangeLines;
  /** What is told of a port that shows with a value first; 0 for nothing. */
  readonly whats: Map<number, number>;
  /** Ports of which no change is told. */
  readonly untold: HostPort[];
  readonly ownSpans: RowBatch;
  readonly tracks: RowBatch;
  readonly quiet: RowBatch;
  readonly heads: RowBatch;
}

function firstHosts(ledger: Ledger, recording: Recording, lines: ChangeLines): FirstHosts {
  return {
    recording,
    lines,
    whats: new Map(),
    untold: [],
    ownSpans: new RowBatch(ledger, "host_span (host, vantage, track, from_key, value)"),
    tracks: new RowBatch(ledger, "tracks (packed, vantage, host)"),
    quiet: new RowBatch(ledger, "quiet (host, vantage, portset, from_key, value)"),
    heads: new RowBatch(ledger, "head (host, vantage, digest)"),
  };
}

/** A host of which nothing is known at the vantage: all of a first file is such hosts. Each track is one span. */
function recordFirst(first: FirstHosts, host: number, page: StagedPage, at: number): void {
  const { ledger, stored } = first.recording;
  const { vantage, key } = stored;
  const presence = page.presence(at);
  const occupant = page.hostValue("occupant", at + AT.occupant);
  const names = page.hostValue("names", at + AT.names);
  // In the order of the table.
  if (names !== null) first.ownSpans.add(host, vantage, "names", key, names);
  if (occupant !== null) first.ownSpans.add(host, vantage, "occupant", key, occupant);
  if (presence !== "silent") first.ownSpans.add(host, vantage, "presence", key, presenceId(ledger, presence));
  const cells = page.cells(at);
  if (cells.length > 0) {
    first.tracks.add(packFirstTracks(key, cells), vantage, host);
    for (let index = 0; index < cells.length; index += CELL)
      tellFirst(first, host, cells[index] ?? 0, cells[index + 1] ?? 0);
  }
  for (let protocol = 0; protocol < PROTOCOLS.length; protocol++) {
    const value = page.quietValue(at, protocol);
    if (value !== null) first.quiet.add(host, vantage, page.track(at, protocol), key, value);
  }
  first.heads.add(host, vantage, page.digest(at));
}

function tellFirst(
  { recording, lines, whats, untold }: FirstHosts,
  host: number,
  code: number,
  value: number,
): void {
  const { ledger, stored } = recording;
  let what = whats.get(value);
  if (what === undefined) {
    const [change] = portChanges([{ from: stored.key, value: cellValueOf(ledger, value), until: null }]);
    what = change === undefined ? 0 : changeValueId(ledger, change);
    whats.set(value, what);
  }
  if (what > 0) lines.push(host, code, what);
  else untold.push({ host, code });
}

/** What differs from the rule: see `recordExceptions.ts`, which does the same for live runs. */
function recordExceptions({ ledger, stored }: Recording, host: number, page: StagedPage, at: number): void {
  const run = stored.run.id;
  for (const [confidence, portset] of page.doubts(at)) {
    ledger
      .sql("INSERT INTO doubt (run, host, confidence, portset) VALUES (?, ?, ?, ?)")
      .run(run, host, confidence, portset);
  }
  const identified = page.identified(at);
  if (identified !== null)
    ledger.sql("INSERT INTO identified (run, host, portset) VALUES (?, ?, ?)").run(run, host, identified);
  for (const { protocol, port, silentShare, neighboursAsked, neighboursAnswered } of page.holes(at)) {
    ledger
      .sql("INSERT INTO hole VALUES (?, ?, ?, ?, ?, ?)")
      .run(run, host, cellCode(protocol, port), silentShare, neighboursAsked, neighboursAnswered);
  }
}

function gather(gathered: GatheredCoverage, host: number, page: StagedPage, at: number): void {
  addTraits(gathered, host, {
    presence: page.presence(at),
    hasMac: page.words[at + AT.occupant] !== 0,
    hasNames: page.words[at + AT.names] !== 0,
    identified: page.isWhollyIdentified(at),
    unjudged: page.text(at + AT.unjudged),
    aliveReason: page.text(at + AT.aliveReason),
  });
  for (let protocol = 0; protocol < PROTOCOLS.length; protocol++) {
    const portset = page.track(at, protocol);
    if (portset !== 0) addPorts(gathered, host, portset, page.grade(at));
  }
}
