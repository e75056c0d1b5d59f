import type { Identity } from "../facts/asset.js";
import type { FindingRule, JudgedPort, ProfileLine, Verdict } from "../facts/finding.js";
import type { HostView } from "../facts/view.js";
import { builtInHighRisk } from "../profile/defaults.js";
import { type Expectation, expectPort } from "../profile/expectation.js";
import { openRule } from "../profile/openRule.js";
import { hasPort } from "../scope/portSet.js";
import { addFinding } from "./addFinding.js";
import type { Draft } from "./findingOf.js";
import { identityAt, type Judging } from "./judging.js";
import { isConfirmed, isFlagged, isOpen, type Row } from "./portLook.js";
import { describeMismatch, describeOpen } from "./serviceCheck.js";

/**
 * Judges each open port of a host: `unexpected-open`, `forbidden-open`, `vantage-violation`, `wrong-service`,
 * `unconfirmed`.
 */
export function judgeOpenPorts(judging: Judging, host: HostView): void {
  for (const row of host.ports) {
    if (!isOpen(row) || !row.covered || isFlagged(row)) continue;
    judgeOpenPort(judging, host, row, expect(judging, row));
  }
}

/** The open ports of a host, with what the profile says of each. */
export function listOpenPorts(judging: Judging, host: HostView): JudgedPort[] {
  return host.ports.filter(isOpen).map((row) => new OpenPort(host, row, judging));
}

/**
 * A class, for there are as many of them as open ports: what is said of one is looked up, and put into words, where
 * somebody reads it. A spread (`{...port}`) leaves that out.
 */
class OpenPort implements JudgedPort {
  readonly host: HostView;
  readonly row: Row;
  readonly #judging: Judging;

  constructor(host: HostView, row: Row, judging: Judging) {
    this.host = host;
    this.row = row;
    this.#judging = judging;
  }

  get verdict(): Verdict {
    return expect(this.#judging, this.row).verdict;
  }

  get line(): ProfileLine | null {
    return expect(this.#judging, this.row).line;
  }

  get why(): string {
    return expect(this.#judging, this.row).why;
  }

  get owner(): string | null {
    return expect(this.#judging, this.row).owner ?? this.#identity.owner;
  }

  get hostName(): string | null {
    return this.#identity.name;
  }

  get system(): string | null {
    return this.#identity.system;
  }

  get tags(): readonly string[] {
    return this.#identity.tags;
  }

  get #identity(): Identity {
    return identityAt(this.#judging, this.row.address);
  }
}

const BUILT_IN_HIGH_RISK = builtInHighRisk();

/** Without a profile the high-risk list is forbidden, and nobody has reviewed the rest. */
function expect({ profile }: Judging, row: Row): Expectation {
  if (profile !== null) return expectPort(profile, row.address, row);
  const highRisk = BUILT_IN_HIGH_RISK.some(({ ports }) => hasPort(ports, row.protocol, row.port));
  return {
    verdict: highRisk ? "forbidden" : "unreviewed",
    entry: null,
    line: null,
    groupId: null,
    owner: null,
    severity: null,
    highRisk,
    elsewhere: null,
    why: highRisk ? "it is on the high-risk list" : "there is no profile",
    runnersUp: [],
  };
}

function judgeOpenPort(judging: Judging, host: HostView, row: Row, expectation: Expectation): void {
  // One finding a doubtful port: once it is believed, the rule that applies takes over.
  if (row.confidence === "unconfirmed" && !isConfirmed(judging.view.run, row)) {
    const evidence = `${describeOpen(row)} once and not again in a second look; ${expectation.why}`;
    addOpenPort(judging, host, row, { ...saidBy(expectation), stated: null, rule: "unconfirmed", evidence });
    return;
  }
  const rule = ruleOf(judging, expectation);
  if (rule !== null) {
    const highRisk = rule === "unexpected-open" ? null : riskOf(expectation);
    const evidence = `${describeOpen(row)}: ${expectation.why}`;
    addOpenPort(judging, host, row, { ...saidBy(expectation), rule, highRisk, evidence });
    return;
  }
  const mismatch = expectation.entry === null ? null : describeMismatch(expectation.entry, row.service);
  if (mismatch === null) return;
  const evidence = `${describeOpen(row)}: ${mismatch}; ${expectation.why}`;
  addOpenPort(judging, host, row, { ...saidBy(expectation), rule: "wrong-service", evidence });
}

function saidBy({ severity, owner, line }: Expectation): Pick<Draft, "stated" | "owner" | "line"> {
  return { stated: severity, owner, line };
}

function addOpenPort(
  judging: Judging,
  host: HostView,
  row: Row,
  said: Pick<Draft, "rule" | "stated" | "highRisk" | "owner" | "evidence" | "line">,
): void {
  addFinding(judging, {
    ...said,
    address: row.address,
    port: row,
    firstSeen: row.firstSeen,
    lastSeen: row.lastSeen,
    confirmed: isConfirmed(judging.view.run, row),
    local: host.local,
  });
}

/** The rule that an open port breaks by being open, null where it may be. Without a profile nothing is unexpected. */
function ruleOf({ profile }: Judging, expectation: Expectation): FindingRule | null {
  if (profile !== null) return openRule(expectation, profile.profile.defaults);
  return expectation.verdict === "forbidden" ? "forbidden-open" : null;
}

/** An entry that forbids the port is the reason itself, and the list says so besides. */
function riskOf({ highRisk, elsewhere, entry }: Expectation): "reason" | "besides" | null {
  if (!highRisk) return null;
  return entry?.list === "forbidden" || elsewhere !== null ? "besides" : "reason";
}
