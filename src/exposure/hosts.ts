import type { Address } from "../facts/address.js";
import type { HostView } from "../facts/view.js";
import { type BoundProfile, profiledAddresses } from "../profile/bind.js";
import { matchGroups } from "../profile/hostRules.js";
import { UNREVIEWED } from "../profile/profile.js";
import { type AddressSet, hasAddress, intersectAddresses, listAddresses } from "../scope/addressSet.js";
import { addFinding, type Judging } from "./judging.js";

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
 * `host-missing`: hosts that the profile names one by one, that this run asked and that answered nothing. `silent`
 * holds further addresses of the run that gave no answer and that the view only counts.
 */
export function judgeMissingHosts(judging: Judging, silent: AddressSet): void {
  const { profile, view } = judging;
  if (profile === null) return;
  const profiled = profiledAddresses(profile);
  const inView = new Set(view.hosts.map(({ address }) => address));
  for (const host of view.hosts) {
    const isMissing = host.presence === "silent" || host.presence === "vanished";
    if (isMissing && hasAddress(profiled, host.address)) addMissing(judging, profile, host.address, host);
  }
  for (const address of listAddresses(intersectAddresses(profiled, silent))) {
    if (!inView.has(address)) addMissing(judging, profile, address, null);
  }
}

function addMissing(judging: Judging, profile: BoundProfile, address: Address, host: HostView | null): void {
  const groups = matchGroups(profile, address).map(({ group }) => group);
  const last = host?.lastAlive ?? null;
  const when =
    last === null ? "never answered" : `last answered on ${new Date(last).toISOString().slice(0, 10)}`;
  const by = groups[0] === undefined ? "the profile" : `group \`${groups[0].id}\` of the profile`;
  addFinding(judging, {
    rule: "host-missing",
    address,
    port: null,
    stated: groups.find(({ severity }) => severity !== null)?.severity ?? null,
    owner: groups.find(({ owner }) => owner !== null && owner !== UNREVIEWED)?.owner ?? null,
    firstSeen: last ?? judging.view.run.startedAt,
    lastSeen: judging.now,
    evidence: `the host answers nothing and ${by} names it; it ${when}`,
    confirmed: true,
    line: groups[0]?.line ?? null,
    local: host?.local ?? false,
  });
}
