import { describe, expect, it } from "vitest";
import { type Check, renderDoctor } from "../../src/report/doctor.js";
import { HOSTILE, poison, UNSAFE } from "./hostile.js";

const LOOK = { zone: "UTC", color: false, width: 80 };
const CHECKS: readonly Check[] = [
  { name: "nmap", level: "ok", message: "7.93 at /usr/bin/nmap", mend: null },
  {
    name: "privilege",
    level: "warning",
    message: "TCP by connect() only, UDP not at all: uid 1000 has no CAP_NET_RAW",
    mend: "setpriv --reuid 1000 --regid 1000 --init-groups --inh-caps +net_raw --ambient-caps +net_raw portreeve scan",
  },
  { name: "disk", level: "error", message: "0 MB free at /var", mend: "make room" },
];

describe("renderDoctor", () => {
  it("prints each check, below it the line that mends it, whole", () => {
    expect(renderDoctor(CHECKS, "text", LOOK)).toMatchSnapshot();
  });

  it.each([
    [CHECKS, "A scan cannot run yet."],
    [CHECKS.slice(0, 2), "A scan can run, with less than it could."],
    [CHECKS.slice(0, 1), "Everything a scan needs is here."],
  ])("sums it up", (checks, sum) => {
    expect(renderDoctor(checks, "text", LOOK).trimEnd().split("\n").at(-1)).toBe(sum);
  });

  it.each(Object.entries(HOSTILE))("prints %s safely", (_, text) => {
    expect(renderDoctor(poison(CHECKS, text), "text", LOOK)).not.toMatch(UNSAFE);
    expect(renderDoctor(poison(CHECKS, text), "json", LOOK)).not.toMatch(UNSAFE);
  });
});
