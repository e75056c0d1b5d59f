/**
 * From here to the end of COMMAND: the builder is started inside fresh namespaces, signals are passed on.
 *
 * Who dies with whom: this process holds a channel to the builder; the builder ends when it closes, even by kill -9.
 * The builder's parent in the new PID namespace is `sh` as process 1 (it reaps orphans, which node would not); when it
 * ends the kernel kills everything inside, and with the last process go the namespaces.
 */
import { spawn } from "node:child_process";
import { closeSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { LabFailure, UNAVAILABLE } from "./failure.mjs";

/** How long COMMAND has to end after a signal, milliseconds. */
const GRACE = 15_000;

/** @type {(signal: NodeJS.Signals) => void} */
let receive = () => {};

/** From now on a signal ends nothing by itself: conduct decides. */
export function catchSignals() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => receive(signal));
  }
  process.on("SIGHUP", () => process.once("exit", leaveTerminal));
}

/** Node aborts, with a core dump, when at its end it cannot restore a terminal that is gone; closed ones it skips. */
function leaveTerminal() {
  for (const stream of [0, 1, 2]) {
    try {
      closeSync(stream);
    } catch {
      // Closed already.
    }
  }
}

/**
 * Starts the builder and stays with it to the end.
 *
 * @param {import("./build.mjs").Order} order
 * @param {string[]} unshare
 * @param {string} path
 * @returns {Promise<number>} the exit code
 */
export function conduct(order, unshare, path) {
  const builder = new URL("build.mjs", import.meta.url).pathname;
  // The signals a terminal sends to everyone are for COMMAND alone; what holds the lab up ignores them. libuv gives
  // COMMAND the usual dispositions again.
  const shell = 'trap "" INT TERM HUP QUIT; exec "$@"';
  const init = '"$@"; exit $?';
  const child = spawn(
    "sh",
    ["-c", shell, "lab", "unshare", ...unshare, "--", "sh", "-c", init, "lab", process.execPath, builder],
    { stdio: ["inherit", "inherit", "inherit", "ipc"], env: { ...process.env, PATH: path } },
  );
  /** @type {number | null} */
  let exitCode = null;
  /** @type {string | null} */
  let failure = null;
  let signals = 0;
  let isBuilt = false;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  receive = (signal) => {
    signals += 1;
    if (signals >= 3 || !isBuilt) return end(signal);
    timer ??= setTimeout(() => end(signal), GRACE);
    if (signal === "SIGINT" && fromTerminal()) return;
    if (child.connected) child.send({ signal });
  };
  /** @param {NodeJS.Signals} signal */
  const end = (signal) => {
    exitCode ??= 128 + constants.signals[signal];
    if (child.connected) child.disconnect();
  };
  child.on("message", (/** @type {import("./build.mjs").Report} */ report) => {
    if ("built" in report) {
      isBuilt = true;
      return;
    }
    if ("exit" in report) exitCode = report.exit;
    else failure = report.failed;
    if (child.connected) child.disconnect();
  });
  child.send({ order });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (exitCode !== null) return resolve(exitCode);
      const why = failure ?? `the builder ended (${signal ?? code})`;
      reject(
        new LabFailure(
          UNAVAILABLE,
          `the lab ${isBuilt ? "broke down" : "could not be built"}: ${why}`,
          "nothing is left behind; try fewer --hosts, or see scripts/lab --help",
        ),
      );
    });
  });
}

/** Whether a terminal has just sent its SIGINT to COMMAND too: this process is in the terminal's foreground group. */
function fromTerminal() {
  const fields = readFileSync("/proc/self/stat", "latin1")
    .replace(/^.*\) /, "")
    .split(" ");
  const [, , group, , terminal, foreground] = fields;
  return terminal !== "0" && group === foreground;
}
