/** What is told of a run with hours: when it ends, and in how many such runs everything will have been asked. */
import type { Address } from "../facts/address.js";
import type { PortSet } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import { formatDuration, formatInstant } from "../report/time.js";
import { countPorts } from "../scope/portSet.js";
import type { Store } from "../store/store.js";
import { plural } from "./announce.js";
import { usualLength } from "./hours.js";
import { windowsFor } from "./rollingOrder.js";
import type { ScanPlan } from "./scanPlan.js";

const DAY = 86_400_000;

export function announceRounds(
  plan: ScanPlan,
  store: Store,
  named: (address: Address) => PortSet,
  ends: Instant,
  now: Instant = Date.now(),
): string[] {
  const { hours } = plan;
  if (hours === null) return [];
  const { hosts, windows } = windowsFor({ plan, store, named, from: now, until: now + usualLength(hours) });
  const until = `until ${formatInstant(ends, hours.zone)}`;
  return [`hours     ${until}; ${sayRounds(plan, hosts, windows)}`];
}

/** @param hosts those known to be there */
function sayRounds(plan: ScanPlan, hosts: number, windows: number | null): string {
  if (hosts === 0) return "how many such runs the scope takes is told once its hosts are known";
  const cells = `${plural(hosts, "known host")} × ${plural(countPorts(plan.ports), "port")}`;
  const rate = `${plan.budget.rate} packets a second`;
  if (windows === null) return `${cells} are too many for any number of such runs at ${rate}`;
  if (windows === 1) return `${cells} fit into one such run at ${rate}`;
  const late =
    windows * DAY > plan.audit.maxAge
      ? `: one a day is longer than max_age (${formatDuration(plan.audit.maxAge)}), so raise the rate, widen the hours or ask fewer ports`
      : "";
  return `${cells} take about ${windows} such runs at ${rate}${late}`;
}
