/** The flags that the questions of `portreeve query` share, and what they ask of the store. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { resolveAudit } from "../config/audit.js";
import { parseDuration } from "../config/duration.js";
import type { Address } from "../facts/address.js";
import { ROW_STATES, type RowState } from "../facts/answer.js";
import { PortreeveError } from "../facts/error.js";
import type { Port } from "../facts/port.js";
import type { Instant, Run } from "../facts/run.js";
import { LIST_FORMATS, type ListFormat } from "../report/rowList.js";
import { parseAddress } from "../scope/address.js";
import { type AddressSet, addressSetOfNetworks } from "../scope/addressSet.js";
import { parseNetwork } from "../scope/network.js";
import { parsePort } from "../scope/port.js";
import { parseMoment } from "./moment.js";
import { collect } from "./options.js";
import { readInput } from "./readInput.js";
import type { Session } from "./session.js";
import { knownAudit } from "./storedRun.js";

export interface PlaceFlags {
  readonly at?: string;
  readonly host?: readonly string[];
  readonly network?: readonly string[];
  readonly port?: string;
  readonly vantage?: string;
  readonly realm?: string;
  readonly audit?: string;
  readonly maxAge?: string;
  readonly format: ListFormat;
}

export interface OwnerFlags {
  readonly owner?: string;
  readonly tag?: string;
  readonly system?: string;
  readonly profile?: string;
}

/** The flags that every question has. */
export function addPlaceFlags(command: Command, { at = true, port = true, hosts = true } = {}): Command {
  if (at) {
    command.option(
      "--at <run|date>",
      "as of a run's number or the end of a day (YYYY-MM-DD, configured zone)",
    );
  }
  if (hosts) {
    command
      .option(
        "--host <address>",
        "only this address; repeatable, - reads addresses from standard input",
        collect,
      )
      .option("--network <cidr>", "only addresses of this network; repeatable", collect);
  }
  if (port) command.option("--port <port>", "only this port, such as 22/tcp");
  return command
    .option("--vantage <name>", "only as seen from there")
    .option("--realm <name>", "only in this realm")
    .option("--audit <name>", "only what runs of this audit covered")
    .option("--no-pager", "print a long list at once")
    .addOption(
      new Option("--format <format>", "output").choices(LIST_FORMATS).default("text" satisfies ListFormat),
    );
}

export interface StoreQuestion {
  readonly run?: number;
  readonly at?: Instant;
  readonly hosts?: readonly Address[];
  readonly network?: AddressSet;
  readonly port?: Port;
  readonly vantage?: string;
  readonly realm?: string;
  readonly audit?: string;
  readonly maxAge: (run: Run) => number | null;
}

/** What the flags ask of the store. @throws PortreeveError `usage` naming the flag's mistake */
export function questionOf(flags: PlaceFlags, session: Session): StoreQuestion {
  const { host, network, port, vantage, realm, audit } = flags;
  return {
    ...parseMoment(flags.at, session.zone),
    ...(host === undefined ? {} : { hosts: hostsOf(host) }),
    ...(network === undefined ? {} : { network: addressSetOfNetworks(network.map(parseNetwork)) }),
    ...(port === undefined ? {} : { port: parsePort(port) }),
    ...(vantage === undefined ? {} : { vantage }),
    ...(realm === undefined ? {} : { realm }),
    ...(audit === undefined ? {} : { audit: audit.replace(/^@/, "") }),
    maxAge: maxAgeBy(flags.maxAge, session),
  };
}

/**
 * How old evidence may be: what --max-age says, else the audit of the run that covered the cell, else what the top level
 * of the configuration says. An imported file has no audit: however old, it says what was seen.
 */
function maxAgeBy(flag: string | undefined, session: Session): StoreQuestion["maxAge"] {
  const { config } = session;
  if (flag !== undefined) {
    const limit = parseDuration(flag, "--max-age");
    return () => limit;
  }
  const known = new Map<string | null, number | null>();
  return ({ audit }) => {
    let limit = known.get(audit);
    if (limit === undefined) {
      const name = knownAudit(audit, session);
      limit = name === null ? config.settings.maxAge : resolveAudit(config, name).maxAge;
      known.set(audit, limit);
    }
    return limit;
  };
}

/** A million addresses are more than anybody pipes in by intent. */
const MOST_INPUT = 64 * 1024 * 1024;

function hostsOf(words: readonly string[]): Address[] {
  return words.flatMap((word) => (word === "-" ? readHosts() : [parseAddress(word)]));
}

/** One address a word; `#` begins a comment. */
function readHosts(): Address[] {
  const text = Buffer.from(readInput("-", MOST_INPUT)).toString("utf8");
  return text.split("\n").flatMap((line, index) => {
    const words = line
      .replace(/#.*/, "")
      .split(/[\s,]+/)
      .filter((word) => word !== "");
    return words.map((word) => {
      try {
        return parseAddress(word);
      } catch (error) {
        if (!(error instanceof PortreeveError)) throw error;
        throw new PortreeveError("usage", `standard input, line ${index + 1}: ${error.message}`, {
          ...(error.hint === null ? {} : { hint: error.hint }),
        });
      }
    });
  });
}

/** `open,closed` or several times; `all`. */
export function parseStates(value: string, before: readonly RowState[] | undefined): RowState[] {
  const named = value.split(",").flatMap((word): RowState[] => {
    if (word === "all") return [...ROW_STATES];
    const state = ROW_STATES.find((known) => known === word);
    if (state === undefined) {
      throw new InvalidArgumentError(`It must be all, or one or more of: ${ROW_STATES.join(", ")}.`);
    }
    return [state];
  });
  return [...new Set([...(before ?? []), ...named])];
}
