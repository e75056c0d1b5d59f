/**
 * With --real: the first http port of each host is served by python3's http.server.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {import("./plan.mjs").LabTruth} truth
 * @param {string | null} python its path; null: none of it
 * @param {string} folder the lab's own; a folder made in it is what is served
 * @returns {{real: {args: string[], program: string}[][], elsewhere: number[][]}} of each host, by its index
 */
export function realServers(truth, python, folder) {
  const served = join(folder, "www");
  if (python !== null) mkdirSync(served);
  const ports = truth.hosts.map((host) =>
    python === null ? undefined : host.tcp.open.find((port) => host.services[`${port}/tcp`] === "http"),
  );
  return {
    elsewhere: ports.map((port) => (port === undefined ? [] : [port])),
    real: ports.map((port) =>
      port === undefined || python === null
        ? []
        : [
            {
              program: python,
              args: [
                "-m",
                "http.server",
                String(port),
                "--bind",
                truth.network6 === null ? "0.0.0.0" : "::",
                "--directory",
                served,
              ],
            },
          ],
    ),
  };
}
