/**
 * A weekly scan mostly repeats last week's, letter for letter but for times. Of many files that are read one after the
 * other, a host whose text came before is not walked again.
 */
import type { NmapHost } from "./document.js";
import { endOfQuickTimes } from "./quickTag.js";

interface KnownHost {
  /** What stands between the start tag and the times, or the end. */
  readonly text: string;
  readonly host: NmapHost;
}

const ADDRESS = '<address addr="';
const END = "</host>";
/** Before its address stands its status only. */
const FARTHEST_ADDRESS = 300;
const LONGEST = 48 * 1024;
/** Characters of all texts. What they say takes about as much again. */
const MOST = 12 * 1024 * 1024;

export class KnownHosts {
  readonly #hosts = new Map<string, KnownHost>();
  #size = 0;

  /**
   * The host whose start tag ends at `from`, as it was said before, times apart.
   * @returns with the place just behind its end tag
   */
  find(text: string, from: number): { readonly host: NmapHost; readonly end: number } | null {
    const known = this.#hosts.get(addressAt(text, from));
    // Two strings are compared many bytes at once; `startsWith` looks at each.
    if (known === undefined || text.slice(from, from + known.text.length) !== known.text) return null;
    const next = endOfQuickTimes(text, from + known.text.length);
    return text.startsWith(END, next) ? { host: known.host, end: next + END.length } : null;
  }

  /** @param to just behind its end tag. What stands between is of the usual form, without comments */
  learn(text: string, from: number, to: number, host: NmapHost): void {
    if (to - from > LONGEST) return;
    const body = text.slice(from, to - END.length);
    if (!text.startsWith(END, to - END.length) || body.includes("<!") || body.includes("<?")) return;
    const times = body.lastIndexOf("<times ");
    const isLast = times !== -1 && endOfQuickTimes(body, times) === body.length;
    const address = addressAt(text, from);
    if (address === "") return;
    // Strings cut out of a text keep the whole of it in memory: these are copies.
    const own: KnownHost = {
      text: ownText(isLast ? body.slice(0, times) : body),
      host: ownHost(host),
    };
    this.#size += own.text.length - (this.#hosts.get(address)?.text.length ?? 0);
    if (this.#size > MOST) {
      this.#hosts.clear();
      this.#size = own.text.length;
    }
    this.#hosts.set(ownText(address), own);
  }
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

/** The first address behind the start tag; "" where none is in sight. */
function addressAt(text: string, from: number): string {
  const at = text.indexOf(ADDRESS, from);
  if (at === -1 || at - from > FARTHEST_ADDRESS) return "";
  const begin = at + ADDRESS.length;
  return text.slice(begin, text.indexOf('"', begin));
}
