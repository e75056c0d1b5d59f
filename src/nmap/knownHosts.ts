/**
 * A weekly scan mostly repeats last week's, byte for byte but for times. Of many files that are read one after the other,
 * a host whose bytes came before is not walked again.
 */
import type { NmapHost } from "./document.js";
import { endOfQuickTimes } from "./quickTag.js";

interface KnownHost {
  /** What stands between the start tag and the times, or the end. */
  readonly bytes: Buffer;
  readonly host: NmapHost;
}

const ADDRESS = Buffer.from('<address addr="');
const TIMES = Buffer.from("<times ");
export const HOST_END = Buffer.from("</host>");
const QUOTE = 34;
const GREATER = 62;
/** Before its address stands its status only. */
const FARTHEST_ADDRESS = 300;
/** Of a tag `<times …/>`. */
const LONGEST_TIMES = 200;
/** Of a host, its tags too. */
export const LONGEST_HOST = 48 * 1024;
/** Bytes of all hosts. What they say takes about as much again. */
const MOST = 12 * 1024 * 1024;
const ASCII = /^[\n\r\t\x20-\x7e]*$/;

/** A host's bytes, from behind its start tag to before its end tag. */
export interface HostBody {
  readonly address: string;
  readonly bytes: Buffer;
}

export class KnownHosts {
  readonly #hosts = new Map<string, KnownHost>();
  #size = 0;

  /** What the host said before whose body this is, times apart; null where it is not known. */
  find({ address, bytes }: HostBody): NmapHost | null {
    const known = this.#hosts.get(address);
    if (known === undefined || bytes.length < known.bytes.length) return null;
    const { length } = known.bytes;
    if (known.bytes.compare(bytes, 0, length) !== 0) return null;
    return length === bytes.length || isTimes(bytes.subarray(length)) ? known.host : null;
  }

  /** @param host what was read of it, without anything to note */
  learn({ address, bytes }: HostBody, host: NmapHost): void {
    const times = bytes.lastIndexOf(TIMES);
    const own = times !== -1 && isTimes(bytes.subarray(times)) ? bytes.subarray(0, times) : bytes;
    const text = own.toString("latin1");
    if (!ASCII.test(text) || text.includes("<!") || text.includes("<?")) return;
    this.#size += own.length - (this.#hosts.get(address)?.bytes.length ?? 0);
    if (this.#size > MOST) {
      this.#hosts.clear();
      this.#size = own.length;
    }
    this.#hosts.set(address, { bytes: Buffer.from(own), host: ownHost(host) });
  }
}

/**
 * The body of the host at `at`, up to its end tag at `end`, and where its start tag ends; null where it has no address
 * in the usual place.
 */
export function hostBodyAt(
  bytes: Buffer,
  at: number,
  end: number,
): { readonly body: HostBody; readonly tagEnd: number } | null {
  const tag = bytes.indexOf(GREATER, at);
  if (tag === -1 || tag >= end || bytes[tag - 1] === 47) return null;
  const tagEnd = tag + 1;
  const found = bytes.subarray(tagEnd, Math.min(end, tagEnd + FARTHEST_ADDRESS)).indexOf(ADDRESS);
  if (found === -1) return null;
  const begin = tagEnd + found + ADDRESS.length;
  const quote = bytes.indexOf(QUOTE, begin);
  if (quote === -1 || quote - begin > 60) return null;
  const address = bytes.toString("latin1", begin, quote);
  return { body: { address, bytes: bytes.subarray(tagEnd, end) }, tagEnd };
}

function isTimes(bytes: Buffer): boolean {
  if (bytes.length > LONGEST_TIMES) return false;
  const text = bytes.toString("latin1");
  return ASCII.test(text) && endOfQuickTimes(text, 0) === text.length;
}

/** Ports have their own texts already (`elementTrees.ts`), and share their services; ranges are numbers. */
function ownHost({ ports, extraPorts, ...host }: NmapHost): NmapHost {
  const groups = extraPorts.map((group) => {
    return { ...group, reasons: group.reasons.map((each) => ({ ...each, reason: ownText(each.reason) })) };
  });
  return { ...JSON.parse(JSON.stringify(host)), ports: [...ports], extraPorts: groups };
}

function ownText(text: string): string {
  return Buffer.from(text).toString();
}
