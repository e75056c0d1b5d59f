/** `portreeve import --forget`: takes files back. */
import { existsSync } from "node:fs";
import { PortreeveError } from "../facts/error.js";
import type { Run } from "../facts/run.js";
import { importFiles } from "../ingest/importFiles.js";
import { type ForgottenRow, renderForgotten } from "../report/importRows.js";
import { quoteText } from "../scope/quoteText.js";
import type { ImportRecord } from "../store/imports.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { EXIT } from "./exitCode.js";
import { importSources } from "./importSources.js";
import { printDocument } from "./output.js";
import type { Session } from "./session.js";

export interface ForgetOptions {
  readonly vantage?: string;
  readonly realm?: string;
  readonly dryRun?: boolean;
  readonly format: "text" | "json" | "jsonl";
}

type Imported = { readonly run: Run; readonly record: ImportRecord };

/**
 * A number is a run; anything else a file, which is known by its bytes, or by its name where it is not there any more.
 * Everything that was named is found before anything is taken back.
 * @throws PortreeveError `usage` where one of them was not imported
 */
export async function forgetImports(
  named: readonly string[],
  options: ForgetOptions,
  session: Session,
): Promise<number> {
  const mode = options.dryRun ? "read" : "write";
  const store = openStore(session.database.path, { mode, owner: session.database.owner });
  try {
    const imported = store
      .listRuns()
      .filter(({ source }) => source === "import")
      .flatMap((run): Imported[] => {
        const record = store.importOf(run.id);
        return record === null ? [] : [{ run, record }];
      })
      .filter(({ run }) => isAt(run, options));
    const found = new Map<number, Imported>();
    for (const name of named) {
      for (const one of await findImports(name, imported, store)) found.set(one.run.id, one);
    }
    const rows: ForgottenRow[] = [];
    for (const { run, record } of found.values()) {
      if (!options.dryRun) store.forgetRun(run.id);
      rows.push({ run, file: record.name, sha256: record.hash });
    }
    const look = { zone: session.zone, ...session.look, isDryRun: options.dryRun === true };
    printDocument(renderForgotten(rows, options.format, look));
    return EXIT.done;
  } finally {
    store.close();
  }
}

function isAt(run: Run, { vantage, realm }: ForgetOptions): boolean {
  return (vantage === undefined || run.vantage === vantage) && (realm === undefined || run.realm === realm);
}

async function findImports(name: string, imported: readonly Imported[], store: Store): Promise<Imported[]> {
  if (/^\d+$/.test(name) && !existsSync(name)) return [importOfRun(Number(name), imported, store)];
  const hashes = name === "-" || existsSync(name) ? await hashesOf(name) : null;
  const found = imported.filter(({ record }) =>
    hashes === null ? record.name === name : hashes.has(record.hash),
  );
  if (found.length > 0) return found;
  throw new PortreeveError("usage", `${quoteText(name)} was not imported into ${store.path}`, {
    hint:
      hashes === null
        ? "there is no such file either; `portreeve runs` lists the runs: give the number of one"
        : "nothing was taken back; `portreeve runs` lists the runs: give the number of one",
  });
}

function importOfRun(id: number, imported: readonly Imported[], store: Store): Imported {
  const found = imported.find(({ run }) => run.id === id);
  if (found !== undefined) return found;
  const run = store.getRun(id);
  if (run.source === "live") {
    throw new PortreeveError("usage", `run ${id} is a scan of this database, not an import: it stays`, {
      hint: "only what was imported can be taken back",
    });
  }
  throw new PortreeveError("usage", `run ${id} was imported at ${run.vantage} in realm ${run.realm}`, {
    hint: "leave --vantage and --realm out, or give these",
  });
}

/** Of every scan in the file, or in the folder's files; what the scans hold is not read. */
async function hashesOf(name: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  for await (const { documents } of importFiles(importSources([name]).sources)) {
    for (const { facts } of documents) hashes.add(facts.sha256);
  }
  return hashes;
}
