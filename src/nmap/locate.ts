/** Where nmap is, and whether it is new enough. */
import { execFile } from "node:child_process";
import { isAbsolute } from "node:path";
import { promisify } from "node:util";
import { PortreeveError } from "../facts/error.js";
import { findProgram, isExecutableFile } from "./findProgram.js";

const run = promisify(execFile);

/** The first version whose XML marks a host that timed out (`timedout`, 2021); without it a lost host looks closed. */
const OLDEST = { major: 7, minor: 92 };
const INSTALL_HINT =
  "Install it: `sudo apt-get install nmap` (Debian, Ubuntu) or `sudo dnf install nmap` (Fedora, RHEL).";

/**
 * The absolute path of nmap: the one given (it must be absolute), else PATH and the usual folders, for cron's PATH
 * is short. Throws `failed` with the line that installs it; `usage` for a path that is not absolute.
 */
export async function findNmap(path?: string): Promise<string> {
  if (path === undefined) {
    const found = await findProgram("nmap");
    if (found !== null) return found;
    throw new PortreeveError("failed", "nmap is not installed, or not in PATH", { hint: INSTALL_HINT });
  }
  if (!isAbsolute(path)) {
    throw new PortreeveError("usage", `the path of nmap must be absolute, not ${JSON.stringify(path)}`, {
      hint: "Write it out, such as /usr/bin/nmap.",
    });
  }
  if (await isExecutableFile(path)) return path;
  throw new PortreeveError("failed", `${path} is not a file that can be executed`, { hint: INSTALL_HINT });
}

/** The version as nmap prints it (`7.93`, `7.94SVN`). Throws `failed` below 7.92, or where it is not nmap. */
export async function nmapVersion(binary: string): Promise<string> {
  let stdout: string;
  try {
    ({ stdout } = await run(binary, ["--version"], {
      timeout: 10_000,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
    }));
  } catch (cause) {
    throw new PortreeveError("failed", `${binary} --version failed`, { hint: INSTALL_HINT, cause });
  }
  const found = /^Nmap version ((\d+)\.(\d+)\S*)/m.exec(stdout);
  if (!found) {
    throw new PortreeveError("failed", `${binary} does not say that it is nmap`, {
      hint: "Name the right file.",
    });
  }
  const [, version = "", major, minor] = found;
  if (!isNewEnough(Number(major), Number(minor))) {
    throw new PortreeveError(
      "failed",
      `nmap ${version} is too old: ${OLDEST.major}.${OLDEST.minor} or newer is needed`,
      {
        hint: `Older ones do not mark hosts that timed out. ${INSTALL_HINT}`,
      },
    );
  }
  return version;
}

function isNewEnough(major: number, minor: number): boolean {
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}
