/** `portreeve assets`: who owns which address, from the lists that people keep. */
import { type Command, Option } from "commander";
import type { Asset } from "../facts/asset.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import { endOfDay } from "../profile/endOfDay.js";
import { NO_LISTS, renderAssetLists, renderAssets } from "../report/assets.js";
import { parseAddress } from "../scope/address.js";
import { quoteText } from "../scope/quoteText.js";
import { openStore } from "../store/openStore.js";
import { type AssetImportOptions, importAssets, newest } from "./assetImport.js";
import { printDocument } from "./output.js";
import { sameWord } from "./ownership.js";
import { openSession } from "./session.js";

const EXAMPLES = `
Examples:
  portreeve assets import hosts.csv --map address=IP,id=Name,owner=Contact,tags=Labels
  portreeve assets import netbox_ip_addresses.csv      NetBox's export as it comes
  portreeve assets import 资产清单.csv --date 2026-11-01 --dry-run
  portreeve assets list --owner dba-team
  portreeve query unowned                              open ports that nobody answers for
`;

const COLUMNS = `
Read are address (several in a cell or several columns; a prefix length is dropped), id (rows with one id are one host), name, owner, system, tags, realm, and nat_inside (the address behind this one). Without --map the titles tell, in English and Chinese, and NetBox's exports are known: docs/assets.md.
`;

type Format = "text" | "json";

interface ListOptions {
  readonly at?: string;
  readonly host?: string;
  readonly tag?: string;
  readonly owner?: string;
  readonly format: Format | "jsonl" | "csv";
}

const format = () => new Option("--format <format>", "output").choices(["text", "json"]).default("text");

export function addAssets(program: Command): void {
  const assets = program
    .command("assets")
    .summary("who owns which address")
    .description(
      `Keeps lists of who owns which address: owner, system and tags reach every row.\n${EXAMPLES}`,
    );
  addImport(assets);
  addList(assets);
  addSources(assets);
}

function addImport(assets: Command): void {
  assets
    .command("import")
    .summary("take in an asset list (CSV)")
    .description(
      `Takes in an asset list. A later list of the same source takes the place of the earlier one.\n${COLUMNS}${EXAMPLES}`,
    )
    .argument("<file>", "CSV, - for stdin; UTF-8, or GB18030 as Chinese Excel writes it")
    .option("--map <columns>", "what is read from which column: address=IP,id=Name,owner=Tenant,…")
    .option("--date <YYYY-MM-DD>", "the day from which the list holds (default: today)")
    .option("--source <name>", "lists of several sources stand beside each other", "default")
    .option("--realm <name>", "the realm of every row (default: the column's, else any)")
    .option("--encoding <name>", "such as windows-1252 (default: recognised)")
    .option("--dry-run", "say what would be taken in, keep nothing")
    .option("--operator <name>", "who is responsible for this list (default: the user)")
    .addOption(format())
    .action(async (file: string, options: AssetImportOptions, command: Command) => {
      await importAssets(file, options, await openSession(command));
    });
}

function addList(assets: Command): void {
  assets
    .command("list")
    .summary("the hosts of the lists in force")
    .description(`Lists hosts with who answers for them.\n${EXAMPLES}`)
    .option("--at <date>", "the lists in force at the end of a day (YYYY-MM-DD)")
    .option("--host <address>", "only the host with this address")
    .option("--tag <tag>", "only hosts with this tag")
    .option("--owner <name>", "only hosts of this owner")
    .addOption(
      new Option("--format <format>", "output").choices(["text", "json", "jsonl", "csv"]).default("text"),
    )
    .action(async (options: ListOptions, command: Command) => {
      const session = await openSession(command);
      const fits = assetFilter(options);
      const at = options.at === undefined ? undefined : endOf(options.at, session.zone);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const noRows = store.assetLists().length === 0 ? NO_LISTS : "No host of an asset list in force fits.";
        const rows = store.assetsAt(at).filter(fits);
        printDocument(renderAssets(rows, options.format, { zone: session.zone, ...session.look, noRows }));
      } finally {
        store.close();
      }
    });
}

function endOf(day: string, zone: string): Instant {
  const end = endOfDay(day, zone);
  if (end !== null) return end;
  throw new PortreeveError("usage", `--at ${quoteText(day)} is no date`, { hint: "write it as 2026-11-25" });
}

function assetFilter({ host, tag, owner }: ListOptions): (asset: Asset) => boolean {
  const address = host === undefined ? null : parseAddress(host);
  return (asset) =>
    (address === null || asset.addresses.includes(address)) &&
    (tag === undefined || asset.tags.some((each) => sameWord(each, tag))) &&
    (owner === undefined || sameWord(asset.owner, owner));
}

function addSources(assets: Command): void {
  assets
    .command("sources")
    .summary("the lists that were imported")
    .description("Lists the imports, newest first, and which of each source is in force.")
    .addOption(format())
    .action(async (options: { readonly format: Format }, command: Command) => {
      const session = await openSession(command);
      const store = openStore(session.database.path, { mode: "read" });
      try {
        const lists = store.assetLists().toSorted((a, b) => b.date - a.date || b.id - a.id);
        const leading = new Set(
          lists.map(({ source }) => newest(lists.filter((l) => l.source === source))?.id),
        );
        const rows = lists.map((list) => ({ ...list, inForce: leading.has(list.id) }));
        printDocument(renderAssetLists(rows, options.format, { zone: session.zone, ...session.look }));
      } finally {
        store.close();
      }
    });
}
