/** One process from its start to its end. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";

/** The kernel's unit of processor time (sysconf(_SC_CLK_TCK)) is 100 a second on every Linux of today. */
const TICKS = 100;
const EACH = 10;

/**
 * @returns ms of wall time, ms of processor time, and the most memory it held (VmHWM), bytes
 * @throws where it fails; a partial file (3) is none
 */
export function measure(program, args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let cpu = 0;
    let peak = 0;
    let told = "";
    child.stderr.on("data", (bytes) => {
      told = (told + bytes).slice(-2000);
    });
    const look = () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
        const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        cpu = Math.max(cpu, ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS);
      } catch {
        // It has ended meanwhile.
      }
    };
    const timer = setInterval(look, EACH);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      const wall = performance.now() - began;
      clearInterval(timer);
      if (code === 0 || code === 3) resolve({ wall, cpu, peak });
      else reject(new Error(`${program} ended with ${code ?? constants.signals[signal]}: ${told}`));
    });
  });
}
