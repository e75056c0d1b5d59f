import type { Address } from "../facts/address.js";
import type { HostView } from "../facts/view.js";
import { type BoundProfile, profiledAddresses } from "../profile/bind.js";
import { matchGroups } from "../profile/hostRules.js";
import { UNREVIEWED } from "../profile/profile.js";
import { type AddressSet, hasAddress, intersectAddresses, listAddresses } from "../scope/addressSet.js";
import { addFinding } from "./addFinding.js";
import { exposedAt, hostsOf, identityAt, isAbsent, type Judging } from "./judging.js";

/** `host-unknown`: it answers, there is a profile, and no group matches it. */
export function judgeUnknownHost(judging: Judging, host: HostView): void {
  const { profile, view, now } = judging;
  if (profile === null || host.presence !== "alive" || matchGroups(profile, host.address).length > 0) return;
  const reason = host.aliveReason === null ? "" : ` (${host.aliveReason})`;
  addFinding(judging, {
    rule: "host-unknown",
    address: host.address,
    port: null,
    stated: null,
    owner: null,
    firstSeen: host.aliveSince ?? view.run.startedAt,
    lastSeen: host.lastAlive ?? now,
    evidence: `the host answers${reason} and no group of the profile matches it`,
    confirmed: true,
    line: null,
    local: host.local,
  });
}

/**
 * `host-missing`: hosts that the profile names one by one, of whose addresses every one was asked in this run and none
 * answered anything. `silent` holds further addresses of the run that gave no answer and that the view only counts.
 */
export function judgeMissingHosts(judging: Judging, silent: AddressSet): void {
  const { profile, view } = judging;
  if (profile === null) return;
  const profiled = profiledAddresses(profile);
  const counted = new Set(listAddresses(intersectAddresses(profiled, silent)));
  const answeredNothing = (address: Address) => {
    const host = judging.hosts.get(address);
    return host === undefined ? counted.has(address) : isAbsent(host);
  };
  const judged = new Set<Address>();
  for (const address of [...view.hosts.filter(isAbsent).map((host) => host.address), ...counted]) {
    const exposed = exposedAt(judging, address);
    const [first = address] = exposed;
    if (judged.has(first)) continue;
    judged.add(first);
    const { addresses } = identityAt(judging, address);
    if (!addresses.some((each) => hasAddress(profiled, each))) continue;
    // An address that was not asked may be the one that answers.
    if (!exposed.every(answeredNothing)) continue;
    const hosts = hostsOf(judging, address);
    if (hosts.some(({ presence }) => presence === "alive")) continue;
    addMissing(judging, profile, exposed, hosts);
  }
}

/** @param exposed where this vantage meets the host; the finding stands at the first */
function addMissing(
  judging: Judging,
  profile: BoundProfile,
  exposed: readonly Address[],
  hosts: readonly HostView[],
): void {
  const [address] = exposed;
  if (address === undefined) return;
  const groups = matchGroups(profile, address).map(({ group }) => group);
  const answers = hosts.flatMap(({ lastAlive }) => (lastAlive === null ? [] : [lastAlive]));
  const last = answers.length === 0 ? null : Math.max(...answers);
  const when =
    last === null ? "never answered" : `last answered on ${new Date(last).toISOString().slice(0, 10)}`;
  const by = groups[0] === undefined ? "the profile" : `group \`${groups[0].id}\` of the profile`;
  // As with a required port: which addresses were looked at is kept in the words.
  const told = [...new Set([...exposed, ...hosts.filter(isAbsent).map((host) => host.address)])];
  const also = told.length > 1 ? ` on ${told.join(", ")}` : "";
  addFinding(judging, {
    rule: "host-missing",
    address,
    port: null,
    stated: groups.find(({ severity }) => severity !== null)?.severity ?? null,
    owner: groups.find(({ owner }) => owner !== null && owner !== UNREVIEWED)?.owner ?? null,
    firstSeen: last ?? judging.view.run.startedAt,
    lastSeen: judging.now,
    evidence: `the host answers nothing${also} and ${by} names it; it ${when}`,
    confirmed: true,
    line: groups[0]?.line ?? null,
    local: hosts.some(({ local }) => local),
  });
}
