/** Reads a file to observations, and throws them away. */
import { join } from "node:path";

const { importFiles } = await import(join(import.meta.dirname, "../../../dist/ingest/importFiles.js"));
let cells = 0;
for await (const { documents } of importFiles(process.argv.slice(2))) {
  for (const { hosts } of documents)
    for await (const batch of hosts()) for (const { observation } of batch) cells += observation.cells.length;
}
process.stderr.write(`${cells} open ports\n`);
