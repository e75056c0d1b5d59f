/** The fate of findings about a whole machine: all its addresses are looked at. */
import type { Address } from "../facts/address.js";
import type { Finding } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { HostView } from "../facts/view.js";
import { expectPort } from "../profile/expectation.js";
import { matchGroups } from "../profile/hostRules.js";
import { hasAddress } from "../scope/addressSet.js";
import { carried, type Fate, NO_PROFILE, NOT_COVERED, settled } from "./fate.js";
import { identityAt } from "./judging.js";
import { type Living, toldElsewhere } from "./living.js";
import { lookAt } from "./portLook.js";

/** @param host the address itself: an unknown machine has no others */
export function unknownHostFate(living: Living, was: Finding, host: HostView): Fate {
  const { profile } = living;
  const isJudgedBy = profile !== null && living.otherAudit(was) === null;
  const [group] = isJudgedBy ? matchGroups(profile, host.address) : [];
  if (group !== undefined) return settled("profile-changed", `now in group \`${group.group.id}\``);
  switch (host.presence) {
    case "vanished":
      return settled("silenced", "the host answers nothing, and is believed gone");
    case "silent":
      return carried("the host answered nothing in this run");
    case "not-covered":
      return carried(NOT_COVERED);
    case "alive":
      return carried(NO_PROFILE, host.lastAlive ?? undefined);
  }
}

/** @param hosts the machine's addresses in the view */
export function missingHostFate(living: Living, was: Finding, hosts: readonly HostView[]): Fate {
  const alive = hosts.filter(({ presence }) => presence === "alive");
  const answers = alive.find(({ address }) => wasLookedAt(was, address));
  if (answers !== undefined) return settled("closed", `${answers.address} answers`);
  const { profile } = living;
  if (profile === null) return carried(NO_PROFILE);
  const { addresses } = identityAt(living, was.address);
  // It answered before as well: what changed is who the host is.
  if (alive[0] !== undefined) {
    return settled("profile-changed", `${alive[0].address} answers, which is the same host now`);
  }
  const isNamed = addresses.some((address) => hasAddress(living.profiled(), address));
  if (!isNamed && living.otherAudit(was) === null) {
    return settled("profile-changed", "the profile no longer names the host");
  }
  return elsewhereFate(living, was, addresses);
}

/** @param hosts the machine's addresses in the view */
export function requiredPortFate(living: Living, was: Finding, hosts: readonly HostView[], port: Port): Fate {
  const open = hosts.flatMap((host) => {
    const look = lookAt(host, port);
    return look.is === "open" || look.is === "flagged" ? [look.row] : [];
  });
  const opened = open.find(({ address }) => wasLookedAt(was, address));
  if (opened !== undefined) return settled("closed", `open on ${opened.address}`);
  const { profile } = living;
  if (profile === null) return carried(NO_PROFILE);
  if (open[0] !== undefined) {
    return settled("profile-changed", `open on ${open[0].address}, which is the same host now`);
  }
  const { verdict, why } = expectPort(profile, was.address, port);
  const audit = living.otherAudit(was);
  if (verdict !== "required" && audit === null) return settled("profile-changed", `now ${verdict}: ${why}`);
  return elsewhereFate(living, was, identityAt(living, was.address).addresses);
}

function elsewhereFate(living: Living, was: Finding, addresses: readonly Address[]): Fate {
  const address = toldElsewhere(living, was, addresses);
  return address === null ? carried(NOT_COVERED) : settled("silenced", `told of at ${address} now`);
}

/**
 * Whether the finding tells of this address: there it was looked for in vain. Another address of the same machine may
 * have answered all along, as another host, until the profile or the asset list put the two together.
 */
function wasLookedAt({ address: own, evidence }: Finding, address: Address): boolean {
  if (address === own) return true;
  const [seen = ""] = evidence.split(/: | and /, 1);
  return seen.split(/[\s,]+/).includes(address);
}
