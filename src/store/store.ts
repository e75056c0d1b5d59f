import type { Readable } from "node:stream";
import type { Address } from "../facts/address.js";
import type {
  CoverageRow,
  LoggedChange,
  OpenRow,
  PeriodRow,
  PlacedChange,
  RunComparison,
  SinceRow,
} from "../facts/answer.js";
import type { Asset, AssetList } from "../facts/asset.js";
import type { Finding, FindingTransition } from "../facts/finding.js";
import type { HostObservation } from "../facts/observation.js";
import type { Port, PortSet } from "../facts/port.js";
import type { JudgingBasis, ProfileText } from "../facts/profileText.js";
import type {
  Instant,
  Run,
  RunId,
  RunProgress,
  Shard,
  ShardRecord,
  Sitting,
  StopAsked,
} from "../facts/run.js";
import type { RunAsk } from "../facts/runAsk.js";
import type { ChangeRow, HostHistory, RunView } from "../facts/view.js";
import type { AgeFilter } from "./ageRows.js";
import type { BackUp } from "./backUp.js";
import type { BegunRun, RunDraft } from "./beginRun.js";
import type { ChangeLogFilter } from "./changeLog.js";
import type { ChangeFilter } from "./changeRows.js";
import type { StoreCheck } from "./checkStore.js";
import type { CoverageFilter } from "./coverageRows.js";
import type { CoveredLast } from "./coveredLast.js";
import type { RunEnd } from "./endRun.js";
import type { EverOpen } from "./everOpen.js";
import type { FindingFilter } from "./findingRows.js";
import type { HostFilter } from "./hostHistory.js";
import type { BegunImport, ImportFile, ImportRecord } from "./imports.js";
import type { KnownHost } from "./known.js";
import type { OpenFilter } from "./openRows.js";
import type { PeriodFilter } from "./periodRows.js";
import type { AgeOfImport } from "./pruneRaw.js";
import type { RecordedJudgement } from "./recordJudgement.js";
import type { ReopenedRun } from "./reopenRun.js";
import type { RunFilter, RunRef } from "./runs.js";
import type { DeadShard } from "./settleDeadRuns.js";
import type { SinceFilter } from "./sinceRows.js";
import type { Stage } from "./stage.js";
import type { RawFile, StoreStats } from "./storeStats.js";
import type { Place } from "./vantages.js";
import type { SqlAnswer } from "./views/askSql.js";

/**
 * The system of record. Each call is one transaction; see the file of its name for what it does and throws (readers of
 * findings: `findingRows`; profiles: `profileTexts`; asset lists: `assetLists`).
 */
export interface Store {
  readonly path: string;
  beginRun(draft: RunDraft): BegunRun;
  reopenRun(run: RunId, operator: string): ReopenedRun;
  /** What the run was asked; null where it was not kept. */
  runAsk(run: RunId): RunAsk | null;
  sittingsOf(run: RunId): Sitting[];
  /** What a run that goes on told of itself last; null where it told nothing, or has ended. */
  runProgress(run: RunId): RunProgress | null;
  /** `heartbeat`, and what has been reached. @returns what somebody asked of the run meanwhile */
  tellProgress(run: RunRef, progress: RunProgress | null): StopAsked;
  askStop(run: RunId, how: StopAsked): void;
  heartbeat(run: RunRef, now?: Instant): void;
  endRun(run: RunRef, end: RunEnd): Run;
  settleDeadRuns(now?: Instant): DeadShard[];
  startShard(
    run: RunRef,
    shard: Shard,
    attempt: number,
    start: { pid: number; startTicks: number; pace?: number },
  ): void;
  recordShard(run: RunRef, shard: ShardRecord): void;
  recordHosts(run: RunRef, hosts: readonly HostObservation[]): void;
  /** @param staged hosts of the file that were gathered before */
  beginImport(draft: RunDraft, file: ImportFile, staged?: Stage): BegunImport;
  importOf(run: RunId): ImportRecord | null;
  /** The run that took these bytes at this place; null where none did. */
  runOfFile(hash: string, place: { readonly vantage: string; readonly realm: string }): Run | null;
  /** Imports up to `commitImports` are one transaction, which holds the write lock. */
  groupImports(): void;
  commitImports(): void;
  /** Those since `groupImports` are as if they had not been. */
  dropImports(): void;
  forgetRun(run: RunRef): void;
  observationOf(run: RunId, address: Address): HostObservation | null;
  observationsOf(run: RunId): Iterable<HostObservation>;
  changeLog(filter?: ChangeLogFilter): LoggedChange[];
  keepXml(sha256: string, xml: string): void;
  keepXmlFrom(sha256: string, source: Readable): Promise<void>;
  readXml(sha256: string): string;
  listRuns(filter?: RunFilter): Run[];
  getRun(id: RunId): Run;
  lastRun(filter?: RunFilter): Run | null;
  runView(id: RunId): RunView;
  hostView(address: Address, filter?: HostFilter): HostHistory[];
  knownHosts(place?: Place): KnownHost[];
  knownOpen(place?: Place): ({ address: Address } & Port)[];
  everOpen(place?: Place): EverOpen[];
  coveredLast(ports: PortSet, place?: Place): CoveredLast[];
  shardsOf(run: RunId): ShardRecord[];
  changesOf(run: RunId): ChangeRow[];
  keepProfile(hash: string, files: readonly ProfileText[]): void;
  profileTexts(hash: string): readonly ProfileText[] | null;
  recordJudgement(run: RunRef, judgement: RecordedJudgement): void;
  judgingBasis(run: RunId): JudgingBasis | null;
  findingsBefore(run: RunId): Finding[];
  findings(filter?: FindingFilter): Finding[];
  findFindings(prefix: string): Finding[];
  transitionsOf(fingerprint: string): FindingTransition[];
  acceptFinding(finding: Finding, transition: FindingTransition): void;
  addAssets(draft: Omit<AssetList, "id" | "count">, assets: readonly Asset[]): AssetList;
  assetLists(): AssetList[];
  assetsAt(at?: Instant): Asset[];
  openedSince(since: Instant, place?: Place): ({ readonly address: Address } & Port)[];
  coveredSince(since: Instant, place?: Place): { readonly address: Address; readonly ports: PortSet }[];
  openRows(filter?: OpenFilter): OpenRow[];
  whoHas(port: Port, filter?: Omit<OpenFilter, "port">): OpenRow[];
  ageRows(filter?: AgeFilter): OpenRow[];
  periodRows(filter: PeriodFilter): PeriodRow[];
  sinceRows(address: Address, port: Port, filter?: SinceFilter): SinceRow[];
  changeRows(filter?: ChangeFilter): PlacedChange[];
  coverageRows(filter?: CoverageFilter): CoverageRow[];
  compareRuns(before: RunId, after: RunId): RunComparison;
  askSql(sql: string): SqlAnswer;
  publish(file: string): void;
  backUp(file: string): Promise<BackUp>;
  check(): StoreCheck[];
  stats(): StoreStats;
  pruneRaw(before: Instant, age?: AgeOfImport): RawFile[];
  /** Several writes as one transaction: all of them or none. */
  together<T>(work: () => T): T;
  close(): void;
}
