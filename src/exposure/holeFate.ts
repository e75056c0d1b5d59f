import type { Finding } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import type { HostView } from "../facts/view.js";
import { expectPort } from "../profile/expectation.js";
import { carried, type Fate, NOT_COVERED, settled } from "./fate.js";
import type { Living } from "./living.js";
import { goneFate, silenceFate } from "./openPortFate.js";
import { lookAt } from "./portLook.js";

/** The fate of a `firewall-hole`. A reset is what it is made of: `closed` it can never be by one. */
export function holeFate(living: Living, was: Finding, host: HostView, port: Port): Fate {
  if (host.presence === "vanished" || host.presence === "silent") return goneFate(was, host);
  const look = lookAt(host, port);
  switch (look.is) {
    case "unknown":
      return carried(NOT_COVERED);
    case "open":
    case "flagged":
      return settled("silenced", "a service answers there now");
    case "refused":
      return settled("silenced", "refused by a filter");
    case "silent":
      return silenceFate(living, was, look.row);
    case "closed":
      return stillResetsFate(living, host, port);
  }
}

function stillResetsFate({ profile }: Living, host: HostView, port: Port): Fate {
  const expectation = profile === null ? null : expectPort(profile, host.address, port);
  if (expectation?.verdict === "allowed" || expectation?.verdict === "required") {
    return settled("profile-changed", `now ${expectation.verdict}: ${expectation.why}`);
  }
  if (host.holesUnjudged !== null) return carried(`not judged in this run (${host.holesUnjudged})`);
  return settled(
    "silenced",
    "it resets, and is no hole any more: its neighbours answer, or it did not reset again",
  );
}
