/** One measurement in a process of its own: `judge` (src), `naive`, or `parse` alone. Prints JSON. */
import { hash } from "node:crypto";
import { assetsOf, namesOf, profileText, VANTAGES, viewOf } from "./network.mjs";

const [mode, settings] = process.argv.slice(2);
const { hosts, asked, ports, groups, exceptions } = JSON.parse(settings);
const text = profileText({ hosts, groups, exceptions });
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** What `work` took, the process it ran in being cold. */
function timed(work) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = work();
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { result, wall, cpu: (user + system) / 1e6 };
}

const { parseProfile } = await import("../../../dist/profile/parse.js");
const parsed = timed(() => parseProfile(text, "bench.yaml"));
const parse = { wall: parsed.wall, cpu: parsed.cpu, rss: megabytes() };
if (mode === "parse") {
  print({ parse, rss: megabytes(), lines: text.split("\n").length, kilobytes: Math.round(text.length / 1024) });
} else {
  const profile = parsed.result;
  const view = viewOf({ count: asked, ports });
  const assets = assetsOf(hosts);
  const names = namesOf(hosts);
  globalThis.gc?.();
  const before = { rss: megabytes(), now: Math.round(process.memoryUsage.rss() / 1_048_576) };
  const seen = { vantage: VANTAGES[0], realm: "default", zone: "Europe/Berlin", names, assets };
  const { result, wall, cpu } = mode === "naive" ? await naively(profile, view, seen) : await ours(profile, view, seen);
  print({
    parse,
    wall,
    cpu,
    before,
    rss: megabytes(),
    ports: view.hosts.reduce((sum, host) => sum + host.ports.length, 0),
    findings: result.length,
    digest: hash("sha256", result.toSorted().join("\n"), "hex"),
    ...(process.env.BENCH_FINDINGS === undefined ? {} : { fingerprints: result }),
  });
}

async function ours(profile, view, seen) {
  const { bindProfile } = await import("../../../dist/profile/bind.js");
  const { judge } = await import("../../../dist/exposure/judge.js");
  const measured = timed(() => judge(view, bindProfile(profile, seen)));
  return { ...measured, result: measured.result.findings.map(({ fingerprint }) => fingerprint) };
}

async function naively(profile, view, { names, assets, zone }) {
  const { judgeNaively, machinesOf } = await import("./naive.mjs");
  const { exceptionEnd } = await import("../../../dist/profile/exceptionRules.js");
  const ends = new Map(profile.exceptions.map((exception) => [exception, exceptionEnd(exception, zone)]));
  return timed(() =>
    judgeNaively({ view, profile, names, machines: machinesOf(profile, assets), endsAt: (each) => ends.get(each) }),
  );
}

function print(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
