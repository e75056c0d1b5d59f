/** `portreeve doctor`: is everything here that a scan needs, and which line mends what is not. */
import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { PortreeveError } from "../facts/error.js";
import { findNmap, nmapVersion } from "../nmap/locate.js";
import { probePrivilege } from "../nmap/privilege.js";
import { type Check, renderDoctor } from "../report/doctor.js";
import { openStore } from "../store/openStore.js";
import { plural } from "./announce.js";
import { EXIT } from "./exitCode.js";
import { printDocument } from "./output.js";
import { openSession, type Session } from "./session.js";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("is everything here that a scan needs?")
    .description(
      "Checks nmap, privileges, clock, database and disk; prints the line that mends what is missing.\nExit 1 if a scan cannot run.\n\nExample:\n  portreeve doctor\n",
    )
    .addOption(new Option("--format <format>", "output").choices(["text", "json"]).default("text"))
    .action(async (options: { format: "text" | "json" }, command: Command) => {
      const session = await openSession(command);
      const checks = await examine(session);
      printDocument(renderDoctor(checks, options.format, { zone: session.zone, ...session.look }));
      if (checks.some((check) => check.level === "error")) process.exitCode = EXIT.error;
    });
}

/** All checks, in the order in which they would stop a scan. */
export async function examine(session: Session): Promise<Check[]> {
  return [
    nodeCheck(),
    await nmapCheck(session),
    privilegeCheck(),
    clockCheck(),
    configCheck(session),
    databaseCheck(session),
    diskCheck(session),
  ];
}

function nodeCheck(): Check {
  return { name: "node", level: "ok", message: `${process.version} at ${process.execPath}`, mend: null };
}

async function nmapCheck(session: Session): Promise<Check> {
  try {
    const binary = await findNmap(session.config.nmap ?? undefined);
    return { name: "nmap", level: "ok", message: `${await nmapVersion(binary)} at ${binary}`, mend: null };
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    return { name: "nmap", level: "error", message: error.message, mend: error.hint };
  }
}

function privilegeCheck(): Check {
  const privilege = probePrivilege();
  if (privilege.method === "raw") {
    const root = privilege.how === "root";
    return {
      name: "privilege",
      level: "ok",
      message: `SYN and UDP scans: ${privilege.why}`,
      mend: root
        ? "root is not needed: CAP_NET_RAW alone will do, as an ambient capability of a user of its own (README)"
        : null,
    };
  }
  return {
    name: "privilege",
    level: "warning",
    message: `TCP by connect() only, UDP not at all: ${privilege.why}`,
    mend: privilege.mend,
  };
}

/** Before this portreeve was written the clock is surely wrong, and history is ordered by it. */
const LEAST_YEAR = 2026;
/** adjtimex state of the kernel's clock is not readable here; timesyncd and chrony leave these marks. */
const SYNC_MARKS = [
  "/run/systemd/timesync/synchronized",
  "/run/chrony/chronyd.pid",
  "/var/run/chrony/chronyd.pid",
  "/run/ntpd.pid",
];

function clockCheck(): Check {
  const now = new Date();
  if (now.getUTCFullYear() < LEAST_YEAR) {
    return {
      name: "clock",
      level: "error",
      message: `it says ${now.toISOString()}`,
      mend: "set it, for instance: timedatectl set-ntp true",
    };
  }
  const synced = SYNC_MARKS.some((file) => existsSync(file));
  const virtual = isVirtual();
  return {
    name: "clock",
    level: "ok",
    message: `${now.toISOString()}${synced ? ", kept by a time service" : virtual ? ", set by the machine this one runs on" : ", no time service seen"}`,
    mend: synced || virtual ? null : "history is ordered by time: timedatectl set-ntp true",
  };
}

function isVirtual(): boolean {
  try {
    return /hypervisor/.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}

function configCheck(session: Session): Check {
  const { config } = session;
  if (config.source === null) {
    return { name: "config", level: "ok", message: "none; everything is default", mend: null };
  }
  const audits = [...config.audits.keys()].map((name) => `@${name}`);
  return {
    name: "config",
    level: "ok",
    message: `${config.source}${audits.length > 0 ? ` with ${audits.join(" ")}` : ", no audits"}`,
    mend: null,
  };
}

function databaseCheck(session: Session): Check {
  const { path } = session.database;
  if (!existsSync(path)) {
    const folder = nearestFolder(path);
    if (isWritable(folder))
      return { name: "database", level: "ok", message: `none yet; a scan makes ${path}`, mend: null };
    return {
      name: "database",
      level: "error",
      message: `${path} cannot be made: ${folder} is not writable`,
      mend: "name another with --db FILE",
    };
  }
  try {
    const store = openStore(path, { mode: "read" });
    try {
      const runs = store.listRuns({});
      return { name: "database", level: "ok", message: `${path}, ${plural(runs.length, "run")}`, mend: null };
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof PortreeveError)) throw error;
    return { name: "database", level: "error", message: error.message, mend: error.hint };
  }
}

const LEAST_FREE_BYTES = 256 * 1024 * 1024;

function diskCheck(session: Session): Check {
  const folder = nearestFolder(session.database.path);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const message = `${Math.floor(free / 1024 / 1024)} MB free at ${folder}`;
  if (free >= LEAST_FREE_BYTES) return { name: "disk", level: "ok", message, mend: null };
  return {
    name: "disk",
    level: free === 0 ? "error" : "warning",
    message,
    mend: "make room, or name a database elsewhere with --db FILE",
  };
}

function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
