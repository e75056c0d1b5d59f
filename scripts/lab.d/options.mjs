/**
 * The command line of scripts/lab.
 */
import { parseArgs } from "node:util";
import { LabFailure, USAGE } from "./failure.mjs";

/**
 * @typedef {object} LabOptions
 * @property {number} hosts
 * @property {number} absent how many absent addresses the truth names as examples
 * @property {number} seed
 * @property {string | null} truth file for the ground truth that outlives the lab
 * @property {number} drop share of default-drop hosts, 0..1
 * @property {number | null} reject number of default-reject hosts; null: about a sixth
 * @property {number} holes firewall holes on each host that filters silently or by ICMP
 * @property {number | null} services TCP services a host; null: 3 to 7, by the seed
 * @property {number | null} udp UDP services a host; null: 0 to 3, by the seed
 * @property {number} stealth
 * @property {number} rare TCP services a host on ports outside nmap's top 1000
 * @property {number} silent hosts with a TCP service that says nothing
 * @property {boolean} quick every TCP service greets at once
 * @property {boolean} hostile
 * @property {boolean} real
 * @property {boolean} ipv6
 * @property {boolean} onLink
 * @property {"silent" | "unreachable"} router
 * @property {number} loss percent, each way
 * @property {number | null} rstLimit resets a second and host
 * @property {number | null} icmpLimit ICMP errors a second and host; 0: none; null: the kernel's own limit
 * @property {number | null} uid
 * @property {boolean} keepUid
 * @property {boolean} noCaps
 */

export const HELP = `Examples:
  scripts/lab -- nmap -n -sS 198.18.20.0/24          scan four hosts in isolated namespaces
  scripts/lab --hosts 16 --seed 7 -- npx vitest run test/e2e
  scripts/lab --hosts 16 --rst-limit 50 --loss 5 -- dist/cli.js scan 198.18.20.0/24
  scripts/lab --uid 1000 -- nmap --privileged -sS 198.18.20.0/24
  scripts/lab -- bash                                a shell in the scanner's namespace
  scripts/lab --truth truth.json -- true             only the ground truth

Usage: scripts/lab [options] -- COMMAND [ARGUMENT...]

Builds hosts in network namespaces that have no route out, runs COMMAND in the scanner's namespace and takes everything
down again. COMMAND gets PORTREEVE_LAB_TRUTH (the path of the ground truth, JSON), PORTREEVE_LAB_NET (198.18.20.0/24)
and, with --ipv6, PORTREEVE_LAB_NET6. The same options and seed give the same lab. PORTREEVE_LAB_PIDS (JSON, address to
pid) lets COMMAND, as root, change a host while it runs:
  nsenter --net=/proc/PID/ns/net ip link set eth0 down                      the host vanishes
  nsenter --net=/proc/PID/ns/net nft -f - <<< 'table inet later { chain in { type filter hook input priority -5;
    tcp dport 22 drop; }; }'                                                a port turns silent

Hosts
  --hosts N          live hosts, 1 to 200 (default 4)
  --seed N           chooses addresses, kinds, ports and services (default 1)
  --drop SHARE       share of default-drop hosts, 0 to 1 (default 0.5)
  --reject N         default-reject hosts: ICMP prohibited, TCP reset and ICMP port unreachable in turn
                     (default: one in six, at least one of four)
  --stealth N        of the default-drop hosts, N that answer nothing but one odd port (default 0)
  --holes N          firewall holes on each default-drop host and each that rejects by ICMP (default 3)
  --services N       TCP services on each host (default 3 to 7); up to 28 are among nmap's 1000 top ports
  --udp N            UDP services on each host (default 0 to 3)
  --rare N           further TCP services on each host, outside nmap's 1000 top ports (default 0)
  --silent N         N hosts with a service that accepts and says nothing; each costs nmap -sV more than a minute (default 0)
  --quick            every TCP service greets at once as an SSH server: nmap -sV takes seconds and not minutes
  --hostile          banners with ANSI escapes, HTML and Chinese, on three ports of the first host
  --real             python3's http.server, where installed, on the first http port of each host
  --ipv6             2001:2:0:14::/64 too
  --absent N         absent addresses named in the truth as examples (default 8; all others are absent too)

Network
  --on-link          the scanner sits on the hosts' own link (default: behind a router)
  --router KIND      what the router says of absent addresses: silent (default) or unreachable
  --loss PCT         packets lost, each way, at random
  --rst-limit PPS    resets a second from each host (also --reset-limit)
  --icmp-limit PPS   ICMP errors a second from each host; 0 lifts the limit (default: Linux's, one a second)

COMMAND
  --truth FILE       keep the ground truth in FILE
  --uid N            run COMMAND as uid and gid N with CAP_NET_RAW (needs root)
  --no-caps          with --uid or --keep-uid: without CAP_NET_RAW
  --keep-uid         run COMMAND as the one who called: under sudo the calling user, in a user namespace the same uid
                     instead of a mapped root; with CAP_NET_RAW
  -h, --help

The exit code is COMMAND's (128 + n when signal n ended it); 64 for a wrong command line, 69 where no lab can be built.
SIGINT, SIGTERM and SIGHUP are passed on to COMMAND, which has 15 seconds to end; a third signal ends it at once.
Without root a user namespace is tried: COMMAND then sees itself as root.
`;

/**
 * Parses the command line.
 *
 * @param {readonly string[]} argv without node and script
 * @returns {{help: true} | {help: false, options: LabOptions, command: string[]}}
 * @throws {LabFailure} usage
 */
export function parseOptions(argv) {
  const end = argv.indexOf("--");
  const own = end < 0 ? argv : argv.slice(0, end);
  const command = end < 0 ? [] : argv.slice(end + 1);
  const values = readFlags(own);
  if (values.help === true) return { help: true };
  const text = (/** @type {string} */ name) =>
    typeof values[name] === "string" ? /** @type {string} */ (values[name]) : null;
  /** @param {string} name @param {number} low @param {number} high @param {boolean} whole */
  const number = (name, low, high, whole = true) => {
    const given = text(name);
    if (given === null) return null;
    const value = /^\d+(\.\d+)?$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value))) {
      throw usage(`--${name} ${given}: expected a ${whole ? "whole " : ""}number from ${low} to ${high}`);
    }
    return value;
  };
  const router = text("router") ?? "silent";
  if (router !== "silent" && router !== "unreachable") {
    throw usage(`--router ${router}: expected silent or unreachable`);
  }
  /** @type {LabOptions} */
  const options = {
    hosts: number("hosts", 1, 200) ?? 4,
    absent: number("absent", 0, 50) ?? 8,
    seed: number("seed", 0, 2 ** 32 - 1) ?? 1,
    truth: text("truth"),
    drop: number("drop", 0, 1, false) ?? 0.5,
    reject: number("reject", 0, 200),
    holes: number("holes", 0, 40) ?? 3,
    services: number("services", 0, 200),
    udp: number("udp", 0, 20),
    stealth: number("stealth", 0, 200) ?? 0,
    rare: number("rare", 0, 20) ?? 0,
    silent: number("silent", 0, 200) ?? 0,
    quick: values.quick === true,
    hostile: values.hostile === true,
    real: values.real === true,
    ipv6: values.ipv6 === true,
    onLink: values["on-link"] === true,
    router,
    loss: number("loss", 0, 100, false) ?? 0,
    rstLimit: number("rst-limit", 1, 1_000_000) ?? number("reset-limit", 1, 1_000_000),
    icmpLimit: number("icmp-limit", 0, 1000),
    uid: number("uid", 0, 2 ** 32 - 2),
    keepUid: values["keep-uid"] === true,
    noCaps: values["no-caps"] === true,
  };
  if (options.noCaps && options.uid === null && !options.keepUid) {
    throw usage("--no-caps needs --uid or --keep-uid");
  }
  if (options.uid !== null && options.keepUid) throw usage("--uid and --keep-uid exclude each other");
  if (command.length === 0) throw usage(end < 0 ? "there is no -- COMMAND" : "there is no COMMAND after --");
  return { help: false, options, command };
}

/** @param {readonly string[]} argv @returns {Record<string, unknown>} */
function readFlags(argv) {
  const flag = /** @type {const} */ ({ type: "boolean" });
  const value = /** @type {const} */ ({ type: "string" });
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        hosts: value,
        absent: value,
        seed: value,
        truth: value,
        drop: value,
        reject: value,
        holes: value,
        services: value,
        udp: value,
        stealth: value,
        rare: value,
        silent: value,
        quick: flag,
        hostile: flag,
        real: flag,
        ipv6: flag,
        "on-link": flag,
        router: value,
        loss: value,
        "rst-limit": value,
        "reset-limit": value,
        "icmp-limit": value,
        uid: value,
        "keep-uid": flag,
        "no-caps": flag,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw usage(/** @type {Error} */ (error).message.split(". ")[0] ?? "wrong option");
  }
}

/** @param {string} message */
function usage(message) {
  return new LabFailure(
    USAGE,
    message,
    "see scripts/lab --help; for example: scripts/lab -- nmap -sS 198.18.20.0/24",
  );
}
