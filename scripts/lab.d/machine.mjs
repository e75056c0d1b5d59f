/**
 * What this machine and this user can do: the programs, the namespaces, a certificate for TLS.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { LabFailure, UNAVAILABLE } from "./failure.mjs";

/** Debian's and Fedora's package of each program. @type {Record<string, [string, string]>} */
const PACKAGES = {
  ip: ["iproute2", "iproute"],
  nft: ["nftables", "nftables"],
  unshare: ["util-linux", "util-linux"],
  nsenter: ["util-linux", "util-linux"],
  setpriv: ["util-linux", "util-linux"],
};

/**
 * PATH with the system's folders behind it: ordinary users often lack them.
 *
 * @param {string | undefined} path
 */
export function widenPath(path) {
  const folders = (path ?? "/usr/bin:/bin").split(delimiter);
  return [...folders, ...["/usr/sbin", "/sbin"].filter((folder) => !folders.includes(folder))].join(
    delimiter,
  );
}

/** @param {string} program @param {string} path */
export function findProgram(program, path) {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** @param {string} path @throws {LabFailure} when programs are missing, with the line that installs them */
export function requirePrograms(path) {
  const missing = Object.keys(PACKAGES).filter((program) => findProgram(program, path) === null);
  if (missing.length === 0) return;
  const dnf = findProgram("dnf", path) !== null && findProgram("apt-get", path) === null;
  const packages = [...new Set(missing.map((program) => PACKAGES[program]?.[dnf ? 1 : 0]))].join(" ");
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  throw new LabFailure(
    UNAVAILABLE,
    `the lab needs ${missing.join(" and ")}, which ${missing.length === 1 ? "is" : "are"} not installed`,
    `run: ${sudo}${dnf ? "dnf" : "apt-get"} install -y ${packages}`,
  );
}

/**
 * The arguments of unshare(1) for the outer namespaces, tried once.
 *
 * @param {{keepUid: boolean}} how
 * @param {string} path
 * @returns {string[]}
 * @throws {LabFailure} when the kernel refuses
 */
export function outerNamespaces(how, path) {
  const root = process.getuid?.() === 0;
  const user = root
    ? []
    : how.keepUid
      ? ["--user", "--map-current-user", "--keep-caps"]
      : ["--user", "--map-root-user"];
  const args = [...user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = "ip link add lab0 type veth peer name lab1 && nft add table inet lab";
  const tried = spawnSync("unshare", [...args, "--", "sh", "-c", script], {
    env: { ...process.env, PATH: path },
    encoding: "utf8",
    timeout: 20_000,
  });
  if (tried.status === 0) return args;
  const why =
    `${tried.stderr ?? ""}`.trim().split("\n")[0] ||
    tried.error?.message ||
    `unshare ended with ${tried.status ?? tried.signal}`;
  throw new LabFailure(
    UNAVAILABLE,
    `${root ? "network namespaces" : "user namespaces"} cannot be used here: ${why}`,
    root
      ? "in a container, start it with --privileged (the lab needs CAP_SYS_ADMIN, CAP_NET_ADMIN and a writable /proc)"
      : `run it as root: sudo scripts/lab …${mendUserNamespaces()}`,
  );
}

/** The setting that forbids user namespaces, where one can be named. */
function mendUserNamespaces() {
  for (const [name, value] of /** @type {const} */ ([
    ["kernel/unprivileged_userns_clone", "1"],
    ["kernel/apparmor_restrict_unprivileged_userns", "0"],
  ])) {
    if (existsSync(`/proc/sys/${name}`))
      return ` or allow them: sudo sysctl ${name.replace("/", ".")}=${value}`;
  }
  return "";
}

/**
 * A fresh key and self-signed certificate, by openssl(1).
 *
 * @param {string} path
 * @returns {{key: string, cert: string} | null} null where openssl is missing or fails
 */
export function makeCertificate(path) {
  const made = spawnSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "30",
      "-subj",
      "/CN=lab.example",
      "-keyout",
      "-",
      "-out",
      "-",
    ],
    { env: { ...process.env, PATH: path }, encoding: "utf8", timeout: 20_000 },
  );
  const key = /-----BEGIN PRIVATE KEY-----[^-]*-----END PRIVATE KEY-----/.exec(made.stdout ?? "")?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(made.stdout ?? "")?.[0];
  return key === undefined || cert === undefined ? null : { key, cert };
}
