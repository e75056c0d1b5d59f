/** `portreeve show HOST`: all that is known of one address. */
import { type Command, Option } from "commander";
import type { HostHistory } from "../facts/view.js";
import { renderHost } from "../report/host.js";
import { parseAddress } from "../scope/address.js";
import { openStore } from "../store/openStore.js";
import { printDocument } from "./output.js";
import { loadOwners, type Owners } from "./ownership.js";
import { openSession } from "./session.js";

interface ShowOptions {
  readonly vantage?: string;
  readonly realm?: string;
  readonly profile?: string;
  readonly format: "text" | "json";
}

export function addShow(program: Command): void {
  program
    .command("show")
    .summary("all that is known of one host")
    .description(
      "Shows a host: who answers for it, its ports, since when, and the runs that covered it.\n\nExample:\n  portreeve show 198.18.7.12\n",
    )
    .argument("<host>", "its address")
    .option("--vantage <name>", "as seen from there (default: every vantage)")
    .option("--realm <name>", "the realm of the address")
    .option("--profile <file>", "who answers for what, before the asset lists (default: the configuration's)")
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (host: string, options: ShowOptions, command: Command) => {
      const { profile, format, ...place } = options;
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const history = store.hostView(parseAddress(host), place);
        const owners = await loadOwners(store, session, profile === undefined ? {} : { profile });
        const known = history.map((each) => withOwners(each, owners));
        printDocument(renderHost(known, format, { zone: session.zone, ...session.look }));
      } finally {
        store.close();
      }
    });
}

function withOwners(history: HostHistory, owners: Owners) {
  const identity = owners.ofHost(history.view.address, history);
  return { ...history, identity, ownerOf: owners.ofPort };
}
