/** A process that imports files until it is killed: `node … DATABASE`. It keeps each, and prints a line after each that is in. */
import { Readable } from "node:stream";
import { openStore } from "../../src/store/openStore.js";
import { stageHosts } from "../../src/store/stagedHosts.js";
import { draft, ending, observed, openCell, quietGroup } from "./observations.js";

const [path = ""] = process.argv.slice(2);
const store = openStore(path, { mode: "write" });
const DAY = 86_400_000;
for (let round = 1; round < 10_000; round++) {
  const startedAt = (1 + ((round * 37) % 500)) * DAY;
  const hash = round.toString(16).padStart(5, "0").padEnd(64, "a");
  const file = { name: `${round}.xml`, hash, bytes: 1, scanner: "nmap 7.93", args: "nmap", dated: true };
  const begun = store.beginImport(draft(startedAt, { source: "import", vantage: "files" }), file);
  if (begun.import === null) continue;
  // Kept first: a row must never name what is not there. Kilobytes that do not pack well take their time.
  const xml = Array.from({ length: 4000 }, (_, line) => `${round} ${Math.sin(line)}\n`);
  await store.keepXmlFrom(hash, Readable.from(xml));
  for (let host = 1; host <= 60; host++) {
    const port = 1 + ((round + host) % 50);
    const cells = [openCell(port, { confidence: "imported" }), openCell(100, { confidence: "imported" })];
    begun.import.add(
      stageHosts([observed(`10.1.0.${host}`, { cells, quiet: [quietGroup("closed", [port + 1, 200])] })]),
    );
  }
  const run = begun.import.end(ending(startedAt + 1000));
  process.stdout.write(`imported ${run.id}\n`);
}
