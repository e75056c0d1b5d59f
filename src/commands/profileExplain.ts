/** `portreeve profile explain`: which line applies to a host's ports, and why. */
import type { Command } from "commander";
import type { Address } from "../facts/address.js";
import { PortreeveError } from "../facts/error.js";
import type { Instant } from "../facts/run.js";
import type { BoundProfile } from "../profile/bind.js";
import { endOfDay } from "../profile/endOfDay.js";
import { exceptionEnd, exceptionsOf } from "../profile/exceptionRules.js";
import { explain } from "../profile/explain.js";
import { matchGroups } from "../profile/hostRules.js";
import { identityOf } from "../profile/identities.js";
import { plainText } from "../profile/problem.js";
import { renderExplanation } from "../report/profileExplanation.js";
import { parseAddress } from "../scope/address.js";
import { parsePort } from "../scope/port.js";
import { quoteText } from "../scope/quoteText.js";
import { askStore } from "./askStore.js";
import { bindAt, placeOf, readNamedProfile, resolveNamed } from "./namedProfile.js";
import { printDocument, printMessage } from "./output.js";
import { type Format, formatOption, type PlaceOptions } from "./profileOptions.js";
import { resolveNames } from "./resolveNames.js";
import { openSession } from "./session.js";

const EXAMPLES = `
Examples:
  portreeve profile explain 198.18.7.12                  every port that is listed for the host
  portreeve profile explain db01 5432/tcp --vantage office
  portreeve profile explain 198.18.7.12 8080/tcp --at 2026-04-01      when its exception is over
`;

interface ExplainOptions extends PlaceOptions {
  readonly profile?: string;
  readonly at?: string;
  readonly format: Format;
}

export function addProfileExplain(profile: Command): void {
  profile
    .command("explain")
    .summary("which rule applies to a host's ports, and why")
    .description(
      `Shows who a host is to the profile, which line applies to each of its ports, why, and what the runner-up was.\n${EXAMPLES}`,
    )
    .argument("<host>", "address, or a name: of the profile's hosts, of an asset, else one that is resolved")
    .argument("[port]", "such as 22/tcp (default: every port listed for the host)")
    .option("--profile <file>", "the profile (default: the configuration's)")
    .option("--vantage <name>", "as seen from there (default: the configuration's)")
    .option("--realm <name>", "the realm of the host (default: the configuration's)")
    .option(
      "--at <YYYY-MM-DD>",
      "the day, to its end, for which exceptions and assets are asked (default: now)",
    )
    .addOption(formatOption())
    .action(explainHost);
}

async function explainHost(
  host: string,
  port: string | undefined,
  options: ExplainOptions,
  command: Command,
): Promise<void> {
  const session = await openSession(command);
  const asked = port === undefined ? undefined : parsePort(port);
  const at = options.at === undefined ? Date.now() : parseDay(options.at, session.zone);
  const profile = await readNamedProfile(options.profile, session);
  const place = placeOf(options, profile, session);
  const named = await resolveNamed(profile, askStore(session, (store) => store.assetsAt(at)) ?? []);
  for (const warning of named.warnings) printMessage(`warning: ${warning}`);
  const bound = bindAt(named, place, session);
  const address = await addressOf(host, bound);
  const explained = {
    address,
    vantage: bound.vantage,
    realm: bound.realm,
    at,
    identity: identityOf(bound.identities, address),
    groups: matchGroups(bound, address),
    hostExceptions: exceptionsOf(bound, address)
      .filter(({ ports }) => ports === null)
      .map((exception) => ({ exception, active: at <= exceptionEnd(exception, bound.zone) })),
    rows: explain(bound, address, asked, at),
  };
  printDocument(renderExplanation(explained, options.format, { zone: session.zone, ...session.look }));
}

function parseDay(text: string, zone: string): Instant {
  const at = endOfDay(text, zone);
  if (at === null) {
    throw new PortreeveError("usage", `--at ${quoteText(text)} is no date`, {
      hint: "write --at 2026-03-31",
    });
  }
  return at;
}

/**
 * The address that is meant. A name may mean several hosts: the first is shown, the others are told of. The addresses of
 * one host are judged alike, so that any of them will do.
 */
async function addressOf(host: string, bound: BoundProfile): Promise<Address> {
  if (/^[\d.]+$|[:/]/.test(host)) return parseAddress(host);
  const addresses = await addressesOf(host.toLowerCase().replace(/\.$/, ""), bound);
  const [first, ...others] = addresses;
  if (first === undefined) {
    throw new PortreeveError("usage", `${quoteText(host)} has no address as seen from ${bound.vantage}`, {
      hint: "give it addresses under `hosts`, or ask with --vantage",
    });
  }
  const { identities } = bound;
  const shown = identityOf(identities, first);
  const apart = others.filter((other) => shown === null || identityOf(identities, other) !== shown);
  if (apart.length > 0) {
    printMessage(`note: ${plainText(host)} is also at ${apart.join(", ")}; shown is ${first}`);
  }
  return first;
}

/** By the names of the profile's hosts and of assets, then by what the profile resolved already, then by DNS. */
async function addressesOf(
  name: string,
  { profile, identities, names }: BoundProfile,
): Promise<readonly Address[]> {
  const hosts = identities.byName.get(name);
  if (hosts !== undefined) {
    return hosts.flatMap((each) => (identities.exposed.get(each) ?? each.addresses).slice(0, 1));
  }
  // A host that has nothing but an address as seen from elsewhere.
  if (profile.hosts.some((each) => each.name === name)) return [];
  const known = names.get(name) ?? [];
  return known.length > 0 ? known : ((await resolveNames([name])).get(name) ?? []);
}
