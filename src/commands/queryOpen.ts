/** The questions whose answer is a list of ports: `query open`, `unowned`, `who-has`, `age` and `service`. */
import type { Command } from "commander";
import { parseDuration } from "../config/duration.js";
import type { OpenRow, RowState } from "../facts/answer.js";
import { PortreeveError } from "../facts/error.js";
import { readVersionRule } from "../profile/versionRule.js";
import { renderStates, type StateRow } from "../report/stateRows.js";
import { parsePort } from "../scope/port.js";
import { openStore } from "../store/openStore.js";
import type { Store } from "../store/store.js";
import { parseSince } from "./moment.js";
import { printMessage } from "./output.js";
import { loadOwners, type Ownership, ownersOf, sameWord } from "./ownership.js";
import { printPaged } from "./pager.js";
import {
  addPlaceFlags,
  type OwnerFlags,
  type PlaceFlags,
  parseStates,
  questionOf,
  type StoreQuestion,
} from "./queryFlags.js";
import { openSession, type Session } from "./session.js";

interface OpenFlags extends PlaceFlags, OwnerFlags {
  readonly state?: readonly RowState[];
  readonly olderThan?: string;
  readonly openFor?: string;
  readonly since?: string;
  readonly service?: string;
  readonly product?: string;
  readonly below?: string;
}

/** What a question asks beside its flags. */
interface Asked {
  readonly rows: (store: Store, question: StoreQuestion, session: Session) => readonly StateOf[];
  readonly fits?: (row: Ownership) => boolean;
  readonly noRows?: string;
  readonly withVersions?: boolean;
}

type StateOf = OpenRow & Pick<StateRow, "versionCheck">;

export function addOpenQuestions(query: Command): void {
  addStateQuestion(query, "open", { port: true })
    .summary("ports last known open")
    .description(
      "Lists ports last known open, with the age of the evidence and with who answers for them. Evidence older than max_age is unknown, and says what it was.\n\n" +
        "Examples:\n  portreeve query open --at 2026-03-01\n  portreeve query open --state open,closed --host 198.18.7.12\n" +
        "  cat hosts.txt | portreeve query open --host - --format jsonl\n",
    )
    .option("--owner <name>", "only ports that this owner answers for")
    .option("--state <states>", "states to list, with commas, or all (default: open)", parseStates)
    .option("--older-than <duration>", "only in that state for longer than this, such as 90d")
    .option("--since <time>", "only in that state since then: 7d, or a date")
    .option("--product <name>", "only where this product was identified")
    .option("--below <version>", "of the product, only versions below; those that cannot be compared say so")
    .action((flags: OpenFlags, command: Command) =>
      ask(flags, command, { rows: openBy(flags), withVersions: flags.below !== undefined }),
    );
  addStateQuestion(query, "unowned", { port: true })
    .summary("open ports that nobody answers for")
    .description(
      "Lists ports last known open that have no owner: neither by the profile nor by an asset list.\n\nExample:\n  portreeve query unowned --tag dmz\n",
    )
    .action((flags: OpenFlags, command: Command) =>
      ask(flags, command, {
        rows: openBy(flags),
        fits: ({ owner }) => owner === null,
        noRows: "No open port is without an owner.",
      }),
    );
  addStateQuestion(query, "who-has", { port: false })
    .summary("the addresses with a port")
    .description(
      "Lists the addresses where a port is open, or in another state.\n\nExamples:\n  portreeve query who-has 3306/tcp\n  portreeve query who-has 161/udp --state 'open,open|filtered'\n",
    )
    .argument("<port>", "such as 3306/tcp")
    .option("--owner <name>", "only ports that this owner answers for")
    .option("--state <states>", "states to list, with commas, or all (default: open)", parseStates)
    .action((port: string, flags: OpenFlags, command: Command) =>
      ask(flags, command, { rows: openBy({ ...flags, port }) }),
    );
  addStateQuestion(query, "age", { port: true })
    .summary("ports by the age of their evidence")
    .description(
      "Lists open ports whose evidence is old: no run proved them open for so long. With --open-for, ports that are open for so long.\n\nExamples:\n  portreeve query age --older-than 90d\n  portreeve query age --open-for 365d\n",
    )
    .option("--owner <name>", "only ports that this owner answers for")
    .option("--older-than <duration>", "not proved for longer than this (default 90d without --open-for)")
    .option("--open-for <duration>", "open for longer than this")
    .action((flags: OpenFlags, command: Command) => ask(flags, command, { rows: aged(flags) }));
  addStateQuestion(query, "service", { port: true })
    .summary("ports by what was identified there")
    .description(
      "Lists open ports by product and version. Versions are compared part by part; one that cannot be compared is listed as not comparable.\n\nExample:\n  portreeve query service --product nginx --below 1.24\n",
    )
    .option("--product <name>", "the product as nmap names it, or a part of the name")
    .option("--owner <name>", "only ports that this owner answers for")
    .option("--below <version>", "only versions below this one")
    .action((flags: OpenFlags, command: Command) => {
      if (flags.product === undefined && flags.service === undefined) {
        throw new PortreeveError("usage", "query service needs --product or --service", {
          hint: "such as: portreeve query service --product nginx --below 1.24",
        });
      }
      return ask(flags, command, { rows: openBy(flags), withVersions: flags.below !== undefined });
    });
}

function addStateQuestion(query: Command, name: string, { port }: { readonly port: boolean }): Command {
  const command = addPlaceFlags(query.command(name), { port });
  command
    .option("--service <name>", "only where nmap names the service so, such as http")
    .option("--system <name>", "only hosts of this system")
    .option("--tag <tag>", "only hosts with this tag")
    .option("--profile <file>", "who answers for what, before the asset lists (default: the configuration's)")
    .option(
      "--max-age <duration>",
      "older evidence is unknown (default: the audit's, else the configuration's)",
    );
  return command;
}

async function ask(flags: OpenFlags, command: Command, asked: Asked): Promise<void> {
  const session = await openSession(command);
  const question = questionOf(flags, session);
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const found = asked.rows(store, question, session);
    const at = question.run === undefined ? question.at : store.getRun(question.run).startedAt;
    const owners = await loadOwners(store, session, {
      ...(flags.profile === undefined ? {} : { profile: flags.profile }),
      ...(at === undefined ? {} : { at }),
    });
    if (owners.areUnknown && asksForOwners(flags, asked.noRows)) {
      printMessage(
        "warning: no owner is known: name a profile with --profile, or portreeve assets import FILE.csv",
      );
    }
    const owned = ownersOf(found, owners);
    const kept = owned.filter(
      (row) => (asked.fits?.(row) ?? true) && isOf(row, flags) && isService(row, flags.service),
    );
    const options = {
      zone: session.zone,
      ...session.look,
      ...(asked.withVersions === true ? { withVersions: true } : {}),
      // No port at all is another answer than none without an owner.
      ...(asked.noRows === undefined || owned.length === 0 ? {} : { noRows: asked.noRows }),
    };
    printPaged(renderStates(kept, flags.format, options), command);
  } finally {
    store.close();
  }
}

function openBy(flags: OpenFlags): Asked["rows"] {
  return (store, question, session) => {
    const now = question.at ?? Date.now();
    const since = flags.since === undefined ? null : parseSince(flags.since, session.zone, now);
    const olderThan = flags.olderThan === undefined ? null : parseDuration(flags.olderThan, "--older-than");
    const rows = store.ageRows({
      ...question,
      ...(flags.port === undefined ? {} : { port: parsePort(flags.port) }),
      ...(flags.state === undefined ? {} : { states: flags.state }),
      ...(olderThan === null ? {} : { olderThan }),
    });
    const recent = since === null ? rows : rows.filter((row) => row.firstSeen >= since);
    return flags.product === undefined && flags.below === undefined ? recent : ofProduct(recent, flags);
  };
}

const USUAL_AGE = "90d";

function aged({ olderThan, openFor }: OpenFlags): Asked["rows"] {
  return (store, question) => {
    const evidence = olderThan ?? (openFor === undefined ? USUAL_AGE : undefined);
    return store.ageRows({
      ...question,
      ...(evidence === undefined ? {} : { notConfirmedFor: parseDuration(evidence, "--older-than") }),
      ...(openFor === undefined ? {} : { olderThan: parseDuration(openFor, "--open-for") }),
    });
  };
}

/** Rows of a product; with a version only those below it, and those that cannot be compared. */
function ofProduct(rows: readonly OpenRow[], { product, below }: OpenFlags): StateOf[] {
  if (product === undefined) {
    throw new PortreeveError("usage", "--below needs --product: versions of two products cannot be compared");
  }
  const asked = product.toLowerCase();
  const named = rows.filter(({ service }) => service?.product?.toLowerCase().includes(asked) === true);
  if (below === undefined) return named;
  const rule = readVersionRule(`<${below}`);
  if (rule.accepts === null) {
    throw new PortreeveError("usage", `--below ${JSON.stringify(below)} is no version`, {
      hint: "write numbers with dots, such as 1.24",
    });
  }
  const { accepts } = rule;
  return named.flatMap((row): StateOf[] => {
    const version = row.service?.version ?? null;
    const isBelow = version === null ? null : accepts(version);
    if (isBelow === null) return [{ ...row, versionCheck: "not comparable" }];
    return isBelow ? [{ ...row, versionCheck: "below" }] : [];
  });
}

function isService({ service }: OpenRow, name: string | undefined): boolean {
  return name === undefined || service?.name?.toLowerCase() === name.toLowerCase();
}

function asksForOwners({ owner, system, tag }: OwnerFlags, noRows: string | undefined): boolean {
  return noRows !== undefined || [owner, system, tag].some((asked) => asked !== undefined);
}

function isOf(row: Ownership, { owner, system, tag }: OwnerFlags): boolean {
  return (
    (owner === undefined || sameWord(row.owner, owner)) &&
    (system === undefined || sameWord(row.system, system)) &&
    (tag === undefined || row.tags.some((each) => sameWord(each, tag)))
  );
}
