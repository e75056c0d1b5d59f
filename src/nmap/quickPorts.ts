/**
 * Most of a file are ports that answer as thousands before them did. They are taken here many at a time, letter for
 * letter as nmap writes them: the start tag, a state and service that were walked and mapped before (`portBodies.ts`),
 * scripts that nobody reads, the end tag. Whatever is written in another way is left to the walk.
 */
import type { Protocol } from "../facts/port.js";
import type { NmapPort } from "./document.js";
import { noScripts, portOf } from "./mapPort.js";
import type { PortBodies } from "./portBodies.js";
import { endOfQuickScripts } from "./quickTag.js";

type Start = readonly [start: string, protocol: Protocol];
const TCP: Start = ['<port protocol="tcp" portid="', "tcp"];
const STARTS: readonly Start[] = [
  TCP,
  ['<port protocol="udp" portid="', "udp"],
  ['<port protocol="sctp" portid="', "sctp"],
];
/** With what any of them begins. */
export const PORT_START = Buffer.from('<port protocol="');
const END = "</port>";
const NEWLINE = 10;
const QUOTE = 34;
const ZERO = 48;
const NINE = 57;

/**
 * Takes ports from `text[at]` on, as long as they are of ASCII: `text` may be bytes that nobody has decoded.
 * @param most no more than these
 * @returns just behind the last one taken and its line end; `at` where there was none
 */
export function takeQuickPorts(
  text: string,
  at: number,
  bodies: PortBodies,
  ports: NmapPort[],
  most: number,
): number {
  let here = at;
  let [start, protocol] = TCP;
  for (let count = 0; count < most; count++) {
    // Mostly that of the port before.
    if (!text.startsWith(start, here)) {
      const other = STARTS.find(([each]) => text.startsWith(each, here));
      if (other === undefined) return here;
      [start, protocol] = other;
    }
    let number = 0;
    let next = here + start.length;
    const first = next;
    for (let code = text.charCodeAt(next); code >= ZERO && code <= NINE; code = text.charCodeAt(next)) {
      number = number * 10 + code - ZERO;
      next += 1;
    }
    const digits = next - first;
    if (digits < 1 || digits > 5 || number > 65_535) return here;
    if (text.charCodeAt(next) !== QUOTE || text[next + 1] !== ">") return here;
    next += 2;
    const known = bodies.find(text, next, number);
    if (known === undefined) return here;
    next = endOfQuickScripts(text, next + known.text.length);
    if (!text.startsWith(END, next)) return here;
    next += END.length;
    const port = portOf(protocol, number, known.body, noScripts);
    // One without a state is told of: by the walk.
    if (port === null) return here;
    ports.push(port);
    here = text.charCodeAt(next) === NEWLINE ? next + 1 : next;
  }
  return here;
}
