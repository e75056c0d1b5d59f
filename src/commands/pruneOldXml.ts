import { PortreeveError } from "../facts/error.js";
import type { Store } from "../store/store.js";
import { printMessage } from "./output.js";
import type { Session } from "./session.js";

/**
 * At the end of a run raw XML goes that is older than the configuration's `keep_xml`. What cannot be removed is told and is
 * no fault of the run: its results are recorded.
 */
export function pruneOldXml(store: Store, { config }: Pick<Session, "config">, now = Date.now()): void {
  try {
    store.pruneRaw(now - config.keepXml, "by import");
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    printMessage(`warning: old nmap XML is still there: ${error.message}`);
  }
}
