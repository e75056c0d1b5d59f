/**
 * A process that writes until it is killed: `node … DATABASE VANTAGE`. It prints a line after each committed write, so
 * that the test can hold the database against what was promised.
 */
import { PortreeveError } from "../../src/facts/error.js";
import type { Run } from "../../src/facts/run.js";
import { openStore } from "../../src/store/openStore.js";
import { finding, judgement, transition } from "./findings.js";
import { draft, ending, observed, openCell, quietGroup } from "./observations.js";

const [path = "", vantage = "bastion"] = process.argv.slice(2);
const store = openStore(path, { mode: "write" });
for (let round = 0; round < 10_000; round++) {
  const run = await takeLock();
  process.stdout.write(`begun ${run.id}\n`);
  for (let host = 1; host <= 20; host++) {
    const port = 1 + ((round + host) % 50);
    const cells = [openCell(port), openCell(100 + host)];
    store.recordHosts(run, [
      observed(`10.0.0.${host}`, { cells, quiet: [quietGroup("closed", [port + 1, 200])] }),
    ]);
    process.stdout.write(`recorded ${run.id} 10.0.0.${host} ${port}\n`);
  }
  store.endRun(run, ending(Date.now()));
  process.stdout.write(`ended ${run.id}\n`);
  const findings = [1, 2, 3, 4, 5].map((port) =>
    finding({ vantage, port, run: run.id, evidence: `round ${round}` }),
  );
  const transitions = findings.map((each) => transition(each, { run: run.id, why: `round ${round}` }));
  store.recordJudgement(run, judgement({ findings, transitions }));
  process.stdout.write(`judged ${run.id}\n`);
}

/** Tries until the other writer's run is over, leaving it a moment between two of ours. */
async function takeLock(): Promise<Run> {
  for (;;) {
    await new Promise((done) => setTimeout(done, 10));
    try {
      return store.beginRun(draft(Date.now(), { vantage })).run;
    } catch (error) {
      if (!(error instanceof PortreeveError) || error.code !== "locked") throw error;
    }
  }
}
