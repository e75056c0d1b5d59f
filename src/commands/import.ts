/** `portreeve import`: scans that nmap wrote elsewhere, and before portreeve came. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import {
  type ImportedDocument,
  type ImportedFile,
  type ImportOptions as ImportFilesOptions,
  importFiles,
} from "../ingest/importFiles.js";
import type { ImportGroup } from "../ingest/importGroup.js";
import { type ImportPlace, recordDocument, recordEarly } from "../ingest/recordDocument.js";
import type { FileRun } from "../nmap/fileRun.js";
import { countOf } from "../report/count.js";
import { plain } from "../report/escape.js";
import {
  type ImportRow,
  renderImportJson,
  renderImportJsonLine,
  renderImportLine,
} from "../report/importRows.js";
import { isDiskFull } from "../store/explainFault.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { unmadeStore } from "../store/unmadeStore.js";
import { operatorOf } from "./auditRun.js";
import { EXIT } from "./exitCode.js";
import { forgetImports } from "./forgetImports.js";
import { importSources } from "./importSources.js";
import { ImportTurns } from "./importTurns.js";
import { isPlaceName, placeName } from "./options.js";
import { printDocument, printMessage } from "./output.js";
import { openSession, type Session } from "./session.js";
import { listenForStop } from "./stopSignals.js";

interface ImportOptions {
  readonly vantage?: string;
  readonly realm?: string;
  readonly operator?: string;
  readonly dryRun?: boolean;
  readonly forget?: boolean;
  readonly format: "text" | "json" | "jsonl";
}

const DESCRIPTION = `Takes nmap's XML of any version, plain or gzipped, into the history: each scan as a run at the time
it was made, whatever the order of import. A file that was imported before changes nothing. Of a
file that breaks off the whole hosts are kept, and nothing is closed by it.

A line a file on stdout: complete, partial or refused, and why. Exit 3 with a partial file among
them, 1 with a refused one; the others are imported all the same.

Examples:
  portreeve import weekly.xml
  portreeve import --vantage office scans/          every scan in a folder and its folders
  zcat old.xml.gz | portreeve import -
  portreeve import --dry-run scans/                 say what each file is, write nothing
  portreeve import --forget weekly.xml              take it back, as if it had never been there
  portreeve import --forget 12                      the same by the number of its run
`;

export function addImport(program: Command): void {
  program
    .command("import")
    .summary("take nmap's XML into the history")
    .description(DESCRIPTION)
    .argument("<files...>", "files and folders, - for standard input; with --forget files or runs")
    .option("--vantage <name>", "the place the probes were sent from (default: bastion)", placeName)
    .option("--realm <name>", "keeps networks with the same private addresses apart", placeName)
    .option("--operator <name>", "who is responsible for this import (default: the user)")
    .option("--dry-run", "say what each file is, write nothing")
    .option("--forget", "take files or runs back, as if they had never been imported")
    .addOption(new Option("--format <format>", "output").choices(["text", "json", "jsonl"]).default("text"))
    .action(async (files: string[], options: ImportOptions, command: Command) => {
      const session = await openSession(command);
      process.exitCode = options.forget
        ? await forgetImports(files, options, session)
        : await importAll(files, options, session);
    });
}

async function importAll(
  files: readonly string[],
  options: ImportOptions,
  session: Session,
): Promise<number> {
  const { sources, passedOver } = importSources(files);
  if (passedOver > 0)
    printMessage(
      `passed over, for they do not look like scans: ${countOf(passedOver, "file")}; name one to import it`,
    );
  const stop = listenForStop((_, name) => {
    printMessage(`${name}: stopping; the files that were imported so far stay, the one at hand is left out`);
  });
  const target = new Target(options, session);
  const rows: ImportRow[] = [];
  const turns = new ImportTurns({
    take: (file, document, index, group) => takeDocument(target, { file, document, index }, group),
    again: (path) => importFiles([path], { signal: stop.finish }),
    tell: (row) => {
      rows.push(row);
      tell(row, options.format, session);
    },
    store: () => (sources.length > 1 && !target.isDryRun ? target.store() : null),
  });
  try {
    await turns.takeAll(importFiles(sources, { signal: stop.finish, ...target.early() }));
  } catch (error) {
    throw isDiskFull(error) ? noRoomLeft(error) : error;
  } finally {
    stop.release();
    target.close();
  }
  if (options.format === "json") printDocument(renderImportJson(rows));
  if (rows.length === 0) throw new PortreeveError("usage", "there is no scan in what was named");
  if (rows.some(({ grade }) => grade === "refused")) return EXIT.error;
  return rows.some(({ grade }) => grade === "partial") ? EXIT.coverage : EXIT.done;
}

/** No fault of the file at hand, and none of the next ones would fit. */
function noRoomLeft(error: PortreeveError): PortreeveError {
  return new PortreeveError("failed", error.message, {
    hint: "the files told above are in and stay; make room, then import again: what is in already changes nothing",
    cause: error,
  });
}

function tell(row: ImportRow, format: ImportOptions["format"], session: Session): void {
  if (format === "text") printDocument(renderImportLine(row, { zone: session.zone, ...session.look }));
  if (format === "jsonl") printDocument(renderImportJsonLine(row));
  if (format === "text")
    for (const warning of row.warnings) printMessage(`warning: ${plain(row.file)}: ${plain(warning)}`);
}

/** Where files go; opened for the first that is not refused, so that a slip makes no database. */
class Target {
  readonly #options: ImportOptions;
  readonly #session: Session;
  #store: Store | null = null;

  constructor(options: ImportOptions, session: Session) {
    this.#options = options;
    this.#session = session;
  }

  get isDryRun(): boolean {
    return this.#options.dryRun === true;
  }

  /** Null in a dry run. */
  store(): Store | null {
    const { path, owner } = this.#session.database;
    if (!this.isDryRun) this.#store ??= openStore(path, { mode: "write", owner });
    else if (existsSync(path)) this.#store ??= openStore(path, { mode: "read" });
    return this.#store;
  }

  /** What the user says, else what an export of ours says, else what is usual here. */
  placeOf({ note }: Pick<FileRun, "note">): ImportPlace {
    const { vantage, realm, operator } = this.#options;
    const { settings } = this.#session.config;
    const told = (name: string | undefined) => (name !== undefined && isPlaceName(name) ? name : undefined);
    return {
      vantage: vantage ?? told(note?.vantage) ?? settings.vantage ?? "bastion",
      realm: realm ?? told(note?.realm) ?? settings.realm ?? "default",
      operator: operatorOf(operator),
      audit: null,
    };
  }

  /** Large files are recorded while they are read. */
  early(): Pick<ImportFilesOptions, "early"> {
    if (this.isDryRun) return {};
    const { path, owner } = this.#session.database;
    const make = (): Store => {
      this.#store ??= openStore(path, { mode: "write", owner });
      return this.#store;
    };
    return {
      early: (begun) => {
        const store = this.#store !== null || existsSync(path) ? make() : unmadeStore(path, owner, make);
        return recordEarly(store, nameOf(begun), begun, this.placeOf(begun.run));
      },
    };
  }

  close(): void {
    this.#store?.close();
  }
}

function nameOf({ path }: Pick<ImportedFile, "path">): string {
  return path === "-" ? "standard input" : path;
}

async function takeDocument(
  target: Target,
  { file, document, index }: { file: ImportedFile; document: ImportedDocument; index: number },
  group: ImportGroup | null,
): Promise<ImportRow> {
  const { facts } = document;
  const { grade, run, hosts, sha256, bytes, warnings } = facts;
  const row = {
    file: nameOf(file),
    scan: index + 1,
    scans: file.documents.length,
    grade: grade.grade,
    why: grade.grade === "complete" ? null : grade.why,
    run: null,
    isKnown: false,
    startedAt: run?.startedAt ?? null,
    hosts,
    counts: null,
    scanner: run === null ? null : `${run.scanner} ${run.version}`.trim(),
    sha256,
    bytes,
    warnings,
  };
  // One that breaks off before its start tag ends is no run.
  if (grade.grade === "refused" || run === null) return row;
  const place = target.placeOf(run);
  const store = target.store();
  if (target.isDryRun || store === null) {
    const known = store?.runOfFile(sha256, place) ?? null;
    return { ...row, run: known, isKnown: known !== null };
  }
  const source = { readFrom: file.readFrom, name: row.file, index, identity: file.identity };
  const recorded = await recordDocument(store, source, document, place, group);
  if (recorded.run === null) return { ...row, grade: "refused", why: recorded.why };
  if (recorded.isKnown) return { ...row, ...recorded };
  const outcome = recorded.run.outcome === "complete" ? ("complete" as const) : ("partial" as const);
  return { ...row, ...recorded, grade: outcome, why: recorded.run.why };
}
