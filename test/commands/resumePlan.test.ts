import { expect, test } from "vitest";
import { askOf, planResume } from "../../src/commands/resumePlan.js";
import { planScan, type ScanFlags } from "../../src/commands/scanPlan.js";
import type { Session } from "../../src/commands/session.js";
import { parseConfig } from "../../src/config/load.js";
import { formatPortSet } from "../../src/scope/portSet.js";

const config = parseConfig(
  "time_zone: Europe/Vienna\ncaps:\n  127.0.0.0/8: 50\n",
  "/nowhere/portreeve.yaml",
  null,
);
const session = { config } as unknown as Session;
const beside = {
  ...{ identify: true, probeFragile: false, names: false, stopIfSilent: null, profile: null },
  ...{ failOn: null, minCoverage: null },
};

async function resumedPlan(first: ScanFlags, again: ScanFlags) {
  const plan = await planScan(["127.0.0.1"], { connect: true, ports: "22", ...first }, config);
  const { audit, ports, method, vantage, realm } = plan;
  const run = { id: 1, audit: audit.name, ports: formatPortSet(ports), method, vantage, realm };
  const resumed = { run, ask: askOf(plan, beside) } as unknown as Parameters<typeof planResume>[0];
  return { plan, resumed: await planResume(resumed, again, session) };
}

test("a run that is gone on with keeps its hours, unless others are asked for", async () => {
  const hours = { window: "22:00-06:00", for: 14_400_000 };
  const { plan, resumed } = await resumedPlan(hours, {});
  expect(plan.hours).not.toBeNull();
  expect(resumed.hours).toEqual(plan.hours);
  const other = await resumedPlan(hours, { for: 3_600_000 });
  expect(other.resumed.hours).toEqual({ ...plan.hours, probeFor: 3_600_000 });
  expect((await resumedPlan({}, {})).resumed.hours).toBeNull();
});

test("a run that is gone on with keeps to the caps of now, whatever pace it was asked for", async () => {
  const { plan, resumed } = await resumedPlan({ rate: 700 }, {});
  expect(resumed.budget).toMatchObject({ rate: 700, explicit: true });
  expect(resumed.budget.caps.list).toEqual([{ network: "127.0.0.0/8", rate: 50 }]);
  expect(resumed.budget.processes).toBe(plan.budget.processes);
});
