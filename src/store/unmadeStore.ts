import { readdirSync, rmdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import { makeFolderOf } from "./database.js";
import { explained } from "./explainFault.js";
import { type Import, type ImportStore, STAGED } from "./imports.js";
import { dropXml, keepXmlFrom, xmlPath } from "./keptXml.js";
import { exists, type Owner } from "./privateFiles.js";
import { openStage } from "./stage.js";
import type { Store } from "./store.js";

/**
 * Takes files for a database that does not exist, and is not made before one of them has ended well: a large file is
 * taken while it is read, and may turn out to be none of ours. Hosts wait in a temporary database that has no name.
 * @param make opens the database, which is made by that
 */
export function unmadeStore(path: string, owner: Owner | null, make: () => Store): ImportStore {
  const file = resolve(path);
  return {
    async keepXmlFrom(sha256, source) {
      explained(file, () => makeFolderOf(file, owner));
      try {
        await keepXmlFrom(file, sha256, source, owner);
      } catch (error) {
        clear(file, sha256);
        throw error;
      }
    },
    beginImport(draft, imported) {
      const temporary = new Sqlite("");
      const stage = openStage(temporary);
      const abandon = (): void => {
        temporary.close();
      };
      let begun: Import | null = null;
      return {
        known: null,
        import: {
          add: (hosts, part) => explained(STAGED, () => stage.add(hosts, part)),
          // Where another made the database meanwhile, and has the file.
          wasKnown: () => begun === null || begun.wasKnown(),
          end(end) {
            try {
              const { known, import: taken } = make().beginImport(draft, imported, stage);
              begun = taken;
              return taken === null ? known : taken.end(end);
            } finally {
              abandon();
            }
          },
          abandon() {
            abandon();
            clear(file, imported.hash);
          },
        },
      };
    },
  };
}

/** XML that no database names, and the folders that were made for it: a refused file leaves nothing behind. */
function clear(file: string, sha256: string): void {
  if (exists(file)) return;
  dropXml(file, sha256);
  const folder = dirname(xmlPath(file, sha256));
  for (const each of [folder, dirname(folder)])
    if (exists(each) && readdirSync(each).length === 0) rmdirSync(each);
}
