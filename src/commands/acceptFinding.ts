/** `portreeve findings accept`: an exception for exactly one finding, written into the profile and told to the store. */
import { PortreeveError } from "../facts/error.js";
import type { Finding, FindingException, ProfileLine } from "../facts/finding.js";
import type { Instant } from "../facts/run.js";
import type { NewException } from "../profile/exceptionText.js";
import { plain } from "../report/escape.js";
import { shortFingerprint, statusWords } from "../report/findingWords.js";
import { renderTextDiff } from "../report/textDiff.js";
import { zonedTime } from "../report/time.js";
import { openStore } from "../store/openStore.js";
import { askFirst, canAsk } from "./askFirst.js";
import { operatorOf } from "./auditRun.js";
import { EXIT } from "./exitCode.js";
import { parseExpiry } from "./expiry.js";
import { chooseFinding } from "./listFindings.js";
import { printDocument, printMessage } from "./output.js";
import { replaceProfile } from "./profileFile.js";
import type { Session } from "./session.js";
import { type ChosenProfile, chooseProfile, coverOf, withText } from "./targetProfile.js";

export interface AcceptOptions {
  readonly owner: string;
  readonly reason: string;
  readonly expires: string;
  readonly ticket?: string;
  readonly approvedBy?: string;
  readonly id?: string;
  readonly profile?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** What will be done, as it is shown before. */
interface Acceptance {
  readonly finding: Finding;
  readonly chosen: ChosenProfile;
  readonly text: string;
  readonly exception: FindingException;
}

export async function acceptFinding(
  prefix: string,
  options: AcceptOptions,
  session: Session,
): Promise<number> {
  const now = Date.now();
  const acceptance = await prepare(prefix, options, session, now);
  const { finding, chosen, text, exception } = acceptance;
  const { file } = chosen;
  printDocument(
    renderTextDiff(
      { file: chosen.name, before: file.text, after: text },
      { zone: session.zone, ...session.look },
    ),
  );
  if (options.dryRun) {
    printMessage("nothing was written: --dry-run");
    return EXIT.done;
  }
  if (!options.yes && canAsk() && !(await askFirst(`Write this into ${plain(chosen.name)}?`))) {
    printMessage("nothing was written");
    return EXIT.done;
  }
  const store = openStore(session.database.path, { mode: "write", owner: session.database.owner });
  try {
    replaceProfile(file, text);
    const told = { ...finding, status: "accepted" as const, overdue: false, exception };
    try {
      store.acceptFinding(told, {
        fingerprint: finding.fingerprint,
        run: finding.run,
        at: now,
        from: finding.status,
        to: "accepted",
        person: operatorOf(undefined),
        why: `exception ${exception.id}: ${exception.reason}`,
      });
    } catch (cause) {
      if (!(cause instanceof PortreeveError)) throw cause;
      throw new PortreeveError(cause.code, `the exception is written, but not recorded: ${cause.message}`, {
        hint: `the next scan accepts the finding by ${plain(placeOf(exception.line))}`,
        cause,
      });
    }
  } finally {
    store.close();
  }
  printMessage(
    `accepted until ${exception.expires}: ${plain(exception.id)} in ${plain(placeOf(exception.line))}; commit the profile`,
  );
  return EXIT.done;
}

async function prepare(
  prefix: string,
  options: AcceptOptions,
  session: Session,
  now: Instant,
): Promise<Acceptance> {
  const expires = parseExpiry(options.expires, { zone: session.zone, now, allowLong: options.yes === true });
  const { addException, nextExceptionId } = await import("../profile/addException.js");
  const store = openStore(session.database.path, { mode: "read" });
  try {
    const finding = chooseFinding(store, prefix);
    requireAcceptable(finding);
    const chosen = await chooseProfile(options.profile, store.getRun(finding.run).audit, session);
    const place = { finding, zone: session.zone, assets: store.assetsAt(), now };
    refuseCovered(coverOf(chosen.profile, place));
    const added = exceptionFor(finding, {
      id: options.id ?? nextExceptionId(chosen.profile, zonedTime(now, session.zone).date),
      owner: named("--owner", options.owner),
      reason: named("--reason", options.reason),
      ticket: options.ticket === undefined ? null : named("--ticket", options.ticket),
      approvedBy: options.approvedBy === undefined ? null : named("--approved-by", options.approvedBy),
      expires,
    });
    const text = addException({ name: chosen.name, text: chosen.file.text }, added, chosen.profile.files);
    const profile = await withText(chosen, text);
    const cover = coverOf(profile, place);
    if (cover?.id !== added.id) {
      throw new PortreeveError("failed", "the exception would not cover the finding: nothing was written", {
        hint: "write it by hand, and see with portreeve check what it covers",
      });
    }
    return { finding, chosen, text, exception: cover };
  } finally {
    store.close();
  }
}

/** Refuses what an exception is no answer to, and says what is. */
function requireAcceptable(finding: Finding): void {
  const { rule, status, exception } = finding;
  const name = `finding ${shortFingerprint(finding)} (${rule} on ${finding.address})`;
  const line = exception?.line ?? finding.profile;
  const place = line === null ? "the profile" : plain(placeOf(line));
  const refuse = (why: string, hint: string) => new PortreeveError("usage", `${name} ${why}`, { hint });
  if (status === "accepted") {
    const until = exception === null ? "" : ` until ${exception.expires} by ${plain(exception.owner)}`;
    throw refuse(`is accepted already${until}`, `it is written in ${place}`);
  }
  if (status !== "open") {
    throw refuse(
      `stands open no more: there is nothing to accept (${statusWords(finding)})`,
      "portreeve findings show tells how that came",
    );
  }
  if (rule === "exception-expired") {
    throw refuse("says that an exception has ended: renew that one", `set its \`expires\` in ${place}`);
  }
  if (rule === "exception-unused") {
    throw refuse(
      "says that an exception covers nothing any more: remove that one",
      `it is written in ${place}`,
    );
  }
}

/** An exception of the file, as a person wrote it, that the store has not heard of yet. */
function refuseCovered(cover: FindingException | null): void {
  if (cover === null) return;
  throw new PortreeveError(
    "usage",
    `the exception ${plain(cover.id)} in ${plain(placeOf(cover.line))} covers it already, until ${cover.expires}`,
    { hint: "portreeve check shows it accepted; the next scan records it" },
  );
}

/** Exactly this finding: its host, its port, its rule, its vantage, its realm. */
function exceptionFor(
  { address, protocol, port, rule, vantage, realm }: Finding,
  said: Pick<NewException, "id" | "owner" | "reason" | "ticket" | "approvedBy" | "expires">,
): NewException {
  return {
    ...said,
    address,
    port: protocol === null || port === null ? null : { protocol, port },
    rules: [rule],
    from: [vantage],
    realm: realm === "default" ? null : realm,
  };
}

/** What was said with an option, without blanks around it. @throws PortreeveError `usage` where nothing is left */
function named(option: string, text: string): string {
  const trimmed = text.trim();
  if (trimmed !== "") return trimmed;
  throw new PortreeveError("usage", `${option} says nothing`, { hint: "an auditor will read it" });
}

function placeOf({ file, line }: ProfileLine): string {
  return `${file}:${line}`;
}
