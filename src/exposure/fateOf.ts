import type { Finding } from "../facts/finding.js";
import { besideOf, expiredFate, unusedFate } from "./exceptionFate.js";
import { carried, type Fate, isStanding, NOT_COVERED, settled, UNTOUCHED } from "./fate.js";
import { holeFate } from "./holeFate.js";
import { missingHostFate, requiredPortFate, unknownHostFate } from "./hostFate.js";
import { hostsOf } from "./judging.js";
import { type Living, OPEN_PORT_RULES, portOf } from "./living.js";
import { openPortFate } from "./openPortFate.js";
import { lookAt } from "./portLook.js";

/** What becomes of a finding of before that this run did not judge again. */
export function fateOf(living: Living, was: Finding): Fate {
  if (!isStanding(was)) return settledFate(living, was);
  const machine = hostsOf(living, was.address);
  if (machine.length === 0) return living.isAsked(was.address) ? carried(NOT_COVERED) : UNTOUCHED;
  const port = portOf(was);
  switch (was.rule) {
    case "exception-expired":
      return expiredFate(living, was, (finding) => fateOf(living, finding));
    case "exception-unused":
      return unusedFate(living, was);
    case "host-missing":
      return missingHostFate(living, was, machine);
    case "required-missing":
      return port === null ? carried(NOT_COVERED) : requiredPortFate(living, was, machine, port);
  }
  const host = living.hosts.get(was.address);
  if (host === undefined) return living.isAsked(was.address) ? carried(NOT_COVERED) : UNTOUCHED;
  if (was.rule === "host-unknown") return unknownHostFate(living, was, host);
  if (port === null) return carried(NOT_COVERED);
  return was.rule === "firewall-hole"
    ? holeFate(living, was, host, port)
    : openPortFate(living, was, host, port);
}

/** What is settled stays so; only that a silent port is proved closed is told once. */
function settledFate(living: Living, was: Finding): Fate {
  const host = living.hosts.get(was.address);
  const port = portOf(was);
  if (was.status !== "silenced" || host === undefined || port === null) return UNTOUCHED;
  const about = was.rule === "exception-expired" ? besideOf(living, was) : [was];
  if (!about.some(({ rule }) => OPEN_PORT_RULES.has(rule))) return UNTOUCHED;
  return lookAt(host, port).is === "closed" ? settled("closed", "proved closed") : UNTOUCHED;
}
