import type { HostView } from "../facts/view.js";
import { expectPort } from "../profile/expectation.js";
import { addFinding } from "./addFinding.js";
import type { Judging } from "./judging.js";

/** Many firewalls reset ident on purpose, so that mail servers need not wait for it (measuring.md). */
const IDENT = 113;

/** `firewall-hole`: a port that resets where the firewall keeps silent. A stopped service that the profile knows is none. */
export function judgeHoles(judging: Judging, host: HostView): void {
  for (const hole of host.holes) {
    if (hole.protocol === "tcp" && hole.port === IDENT) continue;
    const expectation = judging.profile === null ? null : expectPort(judging.profile, host.address, hole);
    if (expectation?.verdict === "allowed" || expectation?.verdict === "required") continue;
    const share = Math.floor(hole.silentShare * 1000) / 10;
    addFinding(judging, {
      rule: "firewall-hole",
      address: host.address,
      port: hole,
      stated: expectation?.severity ?? null,
      owner: expectation?.owner ?? null,
      firstSeen: hole.firstSeen,
      lastSeen: judging.now,
      evidence: `it resets while ${share} % of the host is silent: let through with nothing behind it`,
      confirmed: true,
      line: expectation?.line ?? null,
      local: host.local,
    });
  }
}
