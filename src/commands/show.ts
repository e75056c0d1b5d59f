/** `portreeve show HOST`: all that is known of one address. */
import { type Command, Option } from "commander";
import { renderHost } from "../report/host.js";
import { parseAddress } from "../scope/address.js";
import { openStore } from "../store/openStore.js";
import { printDocument } from "./output.js";
import { openSession } from "./session.js";

export function addShow(program: Command): void {
  program
    .command("show")
    .summary("all that is known of one host")
    .description(
      "Shows a host: its ports, since when, and the runs that covered it.\n\nExample:\n  portreeve show 198.18.7.12\n",
    )
    .argument("<host>", "its address")
    .option("--vantage <name>", "as seen from there (default: every vantage)")
    .option("--realm <name>", "the realm of the address")
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(
      async (
        host: string,
        options: { vantage?: string; realm?: string; format: "text" | "json" },
        command: Command,
      ) => {
        const session = await openSession(command);
        const store = openStore(session.database.path, { mode: "read" });
        try {
          const view = store.hostView(parseAddress(host), options);
          printDocument(renderHost(view, options.format, { zone: session.zone, ...session.look }));
        } finally {
          store.close();
        }
      },
    );
}
