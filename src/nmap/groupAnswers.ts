/** The ports that nmap did not list one by one (`<extraports>`): which they are, and what they answered. */
import type { PortState } from "../facts/observation.js";
import { type PortSet, PROTOCOLS, type Protocol } from "../facts/port.js";
import { countPorts, emptyPortSet, portSetOfRanges, subtractPorts, unionPorts } from "../scope/portSet.js";
import type { ExtraPorts } from "./document.js";
import { type Judgement, judgeAnswer, usualReason } from "./judgeAnswer.js";
import type { ScanFacts } from "./scanFacts.js";

export type AnsweredPorts = Judgement & { readonly ports: PortSet };

/**
 * Sets may overlap the listed ports, and each other, in files that nobody's nmap wrote: `observeHost.ts` parts them.
 *
 * Since 7.91 a group lists its ports. Before, it only counts them: then they are what was asked and is not listed, but
 * only where the numbers agree; and where several groups share them, nobody can tell whose they are.
 * @param listed the ports that have an element of their own
 */
export function groupAnswers(
  scan: ScanFacts,
  groups: readonly ExtraPorts[],
  listed: PortSet,
  isLoopback: boolean,
): AnsweredPorts[] {
  const answers: AnsweredPorts[] = [];
  const told: PortSet[] = [listed];
  for (const { state, reasons } of groups) {
    for (const { reason, protocol, ports } of reasons) {
      if (ports === null) continue;
      const set = portSetOfRanges({ [protocol ?? onlyProtocol(scan.asked)]: ports });
      told.push(set);
      answers.push(...answersOf(scan, state, [reason], set, isLoopback));
    }
  }
  const unlisted = groups.filter(isUnlisted);
  if (unlisted.length > 0) {
    const rest = subtractPorts(scan.asked, unionPorts(...told));
    answers.push(...restAnswers(scan, unlisted, rest, isLoopback));
  }
  return answers;
}

function isUnlisted(group: ExtraPorts): boolean {
  return group.reasons.length === 0 || group.reasons.some(({ ports }) => ports === null);
}

function restAnswers(
  scan: ScanFacts,
  groups: readonly ExtraPorts[],
  rest: PortSet,
  isLoopback: boolean,
): AnsweredPorts[] {
  const [first] = groups;
  if (first === undefined || countAll(groups) !== countPorts(rest)) return [];
  const states = new Set(groups.map(({ state }) => state));
  if (states.size === 1) {
    const reasons = groups.flatMap((group) => group.reasons.map(({ reason }) => reason));
    return answersOf(scan, first.state, reasons, rest, isLoopback);
  }
  const isBlurred = [...states].every((state) => state === "closed" || state === "filtered");
  return isBlurred
    ? [
        {
          state: "closed-or-filtered",
          reason: "",
          proof: "none",
          isOwn: isSomeReset(scan, groups),
          ports: rest,
        },
      ]
    : [];
}

/** Whose ports are closed cannot be told, but that some are: by resets, so that the host is there. */
function isSomeReset(scan: ScanFacts, groups: readonly ExtraPorts[]): boolean {
  const closed = groups.filter(({ state }) => state === "closed");
  if (countPorts(scan.asked, "udp") + countPorts(scan.asked, "sctp") > 0) return false;
  return closed.some(({ reasons }) =>
    reasons.length === 0
      ? usualReason(scan, "tcp", "closed") === "reset"
      : reasons.some(({ reason }) => reason === "reset"),
  );
}

function countAll(groups: readonly ExtraPorts[]): number {
  let count = 0;
  for (const group of groups) {
    const unlisted = group.reasons.filter(({ ports }) => ports === null);
    count +=
      group.reasons.length === 0 ? group.count : unlisted.reduce((sum, reason) => sum + reason.count, 0);
  }
  return count;
}

/** Ports of one state, each protocol for itself. */
function answersOf(
  scan: ScanFacts,
  state: PortState | "unknown",
  reasons: readonly string[],
  ports: PortSet,
  isLoopback: boolean,
): AnsweredPorts[] {
  // nmap lists each open port; a group of them, or of what nmap does not know itself, is no answer.
  if (state === "unknown" || state === "open") return [];
  return PROTOCOLS.filter((protocol) => ports[protocol].length > 0).map((protocol) => {
    const reason = reasonOf(scan, protocol, state, reasons);
    const judged = judgeAnswer(scan, { protocol, state, reason }, isLoopback, null);
    return { ...judged, ports: { ...emptyPortSet, [protocol]: ports[protocol] } };
  });
}

/** The one reason that fits; of several that prove the same the first; `mixed` where they do not. */
function reasonOf(scan: ScanFacts, protocol: Protocol, state: PortState, reasons: readonly string[]): string {
  const [first = "", ...others] = new Set(reasons);
  if (others.length === 0) return first;
  const usual = state === "closed" ? usualReason(scan, protocol, state) : "";
  if (usual !== "" && reasons.includes(usual)) return usual;
  const proofs = new Set(
    reasons.map((reason) => judgeAnswer(scan, { protocol, state, reason }, false, null).proof),
  );
  return proofs.size === 1 ? first : "mixed";
}

function onlyProtocol(asked: PortSet): Protocol {
  return PROTOCOLS.find((protocol) => asked[protocol].length > 0) ?? "tcp";
}
