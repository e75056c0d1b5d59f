/** One measurement in a process of its own: `judge` (src's) or `naive`. Prints JSON. */
import { hash } from "node:crypto";
import { assetsOf, namesOf, profileText, VANTAGES, viewOf } from "./network.mjs";

const [mode, settings] = process.argv.slice(2);
const { hosts, asked, ports, groups, exceptions } = JSON.parse(settings);

const { parseProfile } = await import("../../../dist/profile/parse.js");
const text = profileText({ hosts, groups, exceptions });
const { result: profile, ...parse } = timed(() => parseProfile(text, "bench.yaml"));

const { bindProfile, namesToResolve } = await import("../../../dist/profile/bind.js");
const view = viewOf({ count: asked, ports });
const assets = assetsOf(hosts);
const names = namesOf(hosts, namesToResolve(profile, assets));
const seen = { vantage: VANTAGES[0], realm: "default", zone: "Europe/Berlin", names, assets };
const before = { rss: megabytes() };
const { result: fingerprints, ...took } = mode === "naive" ? await naively() : await ours();
print({
  ...took,
  parse,
  before,
  rows: view.hosts.reduce((sum, host) => sum + host.ports.length, 0),
  findings: fingerprints.length,
  digest: hash("sha256", fingerprints.toSorted().join("\n"), "hex"),
});

async function ours() {
  const { judge } = await import("../../../dist/exposure/judge.js");
  const measured = timed(() => judge(view, bindProfile(profile, seen)));
  return { ...measured, result: measured.result.findings.map(({ fingerprint }) => fingerprint) };
}

async function naively() {
  const { judgeNaively, machinesOf } = await import("./naive.mjs");
  const { exceptionEnd } = await import("../../../dist/profile/exceptionRules.js");
  const ends = new Map(
    profile.exceptions.map((exception) => [exception, exceptionEnd(exception, seen.zone)]),
  );
  return timed(() =>
    judgeNaively({
      view,
      profile,
      names,
      machines: machinesOf(profile, assets),
      endsAt: (exception) => ends.get(exception),
    }),
  );
}

/** What `work` took in a process that was cold for it, and the peak of the process by its end. */
function timed(work) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const result = work();
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  const { user, system } = process.cpuUsage(cpu);
  return { result, wall, cpu: (user + system) / 1e6, rss: megabytes() };
}

function megabytes() {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

function print(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
