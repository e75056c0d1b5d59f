/**
 * Who COMMAND runs as.
 */
import { LabFailure, UNAVAILABLE } from "./failure.mjs";

/**
 * What goes in front of COMMAND to run it as the user asked for.
 *
 * @param {import("./options.mjs").LabOptions} options
 * @param {string} setpriv its path
 * @returns {string[]}
 */
export function chooseUser(options, setpriv) {
  const own = process.getuid?.() ?? 0;
  const caps = options.noCaps
    ? ["--inh-caps=-all", "--ambient-caps=-all"]
    : ["--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw"];
  if (options.keepUid && own !== 0) return [setpriv, ...caps];
  const uid = options.keepUid ? Number(process.env.SUDO_UID ?? 0) : options.uid;
  if (uid === null || (uid === 0 && !options.noCaps)) return [];
  if (own !== 0) {
    throw new LabFailure(
      UNAVAILABLE,
      `--uid ${uid} needs root: a user namespace knows one user only`,
      uid === own ? "use --keep-uid" : `run it as root: sudo scripts/lab --uid ${uid} …`,
    );
  }
  const gid = options.keepUid ? Number(process.env.SUDO_GID ?? uid) : uid;
  return [
    setpriv,
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    ...caps,
    ...(uid === 0 ? ["--bounding-set=-all"] : []),
  ];
}
