/**
 * scripts/lab: checks the machine, plans the lab, starts the builder inside fresh namespaces and waits for COMMAND.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catchSignals, conduct } from "./conduct.mjs";
import { LabFailure, USAGE } from "./failure.mjs";
import { findProgram, makeCertificate, outerNamespaces, requirePrograms, widenPath } from "./machine.mjs";
import { HELP, parseOptions } from "./options.mjs";
import { planLab } from "./plan.mjs";
import { realServers } from "./real.mjs";
import { chooseUser } from "./user.mjs";

try {
  await main();
} catch (error) {
  if (!(error instanceof LabFailure)) throw error;
  process.stderr.write(`lab: ${error.message}\n     ${error.hint}\n`);
  process.exitCode = error.exitCode;
}

async function main() {
  const parsed = parseOptions(process.argv.slice(2));
  if (parsed.help) {
    process.stdout.write(HELP);
    return;
  }
  const { options, command } = parsed;
  const path = widenPath(process.env.PATH);
  requirePrograms(path);
  const who = chooseUser(options, findProgram("setpriv", path) ?? "setpriv");
  const unshare = outerNamespaces({ keepUid: options.keepUid }, path);
  const tls = makeCertificate(path);
  const truth = planLab(options, { tls: tls !== null });
  catchSignals();
  const folder = mkdtempSync(join(tmpdir(), "portreeve-lab-"));
  try {
    chmodSync(folder, 0o755);
    const file = join(folder, "truth.json");
    const text = `${JSON.stringify(truth, null, 2)}\n`;
    writeFileSync(file, text);
    if (options.truth !== null) writeTruth(options.truth, text);
    const order = {
      truth,
      tls,
      ...realServers(truth, options.real ? findProgram("python3", path) : null, folder),
      command: [...who, ...command],
      environment: {
        // The caller's own: the builder's is wider.
        ...(process.env.PATH === undefined ? {} : { PATH: process.env.PATH }),
        PORTREEVE_LAB_TRUTH: file,
        PORTREEVE_LAB_PIDS: join(folder, "pids.json"),
        PORTREEVE_LAB_NET: truth.network,
        ...(truth.network6 === null ? {} : { PORTREEVE_LAB_NET6: truth.network6 }),
      },
      nsenter: findProgram("nsenter", path) ?? "nsenter",
      folder,
    };
    process.exitCode = await conduct(order, unshare, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file @param {string} text */
function writeTruth(file, text) {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new LabFailure(
      USAGE,
      `--truth ${file} cannot be written: ${/** @type {Error} */ (error).message}`,
      "choose another file",
    );
  }
}
