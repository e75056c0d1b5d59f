/**
 * Most of a file are ports that answer as thousands before them did. They are taken here many at a time, byte for byte as
 * nmap writes them: the start tag, a state and service that were walked and mapped before (`portBodies.ts`), scripts
 * that nobody reads, the end tag. Whatever is written in another way is left to the walk.
 */
import type { Protocol } from "../facts/port.js";
import type { NmapPort } from "./document.js";
import { noScripts, portOf } from "./mapPort.js";
import type { PortBodies } from "./portBodies.js";
import { endOfScripts, isWord } from "./scriptBytes.js";

type Start = readonly [start: Buffer, protocol: Protocol];
const TCP: Start = [Buffer.from('<port protocol="tcp" portid="'), "tcp"];
const STARTS: readonly Start[] = [
  TCP,
  [Buffer.from('<port protocol="udp" portid="'), "udp"],
  [Buffer.from('<port protocol="sctp" portid="'), "sctp"],
];
/** With what any of them begins. */
export const PORT_START = Buffer.from('<port protocol="');
const END = Buffer.from("</port>");
const NEWLINE = 10;
const QUOTE = 34;
const GREATER = 62;
const ZERO = 48;
const NINE = 57;

/**
 * Takes ports from `bytes[at]` on.
 * @param most no more than these
 * @returns just behind the last one taken and its line end; `at` where there was none
 */
export function takePorts(
  bytes: Uint8Array,
  at: number,
  bodies: PortBodies,
  ports: NmapPort[],
  most: number,
): number {
  let here = at;
  let [start, protocol] = TCP;
  for (let count = 0; count < most; count++) {
    // Mostly that of the port before.
    if (!isWord(bytes, here, start)) {
      const other = STARTS.find(([each]) => isWord(bytes, here, each));
      if (other === undefined) return here;
      [start, protocol] = other;
    }
    let number = 0;
    let next = here + start.length;
    const first = next;
    for (let code = bytes[next] ?? 0; code >= ZERO && code <= NINE; code = bytes[next] ?? 0) {
      number = number * 10 + code - ZERO;
      next += 1;
    }
    const digits = next - first;
    if (digits < 1 || digits > 5 || number > 65_535) return here;
    if (bytes[next] !== QUOTE || bytes[next + 1] !== GREATER) return here;
    next += 2;
    const known = bodies.find(bytes, next, number);
    if (known === undefined) return here;
    next = endOfScripts(bytes, next + known.bytes.length);
    if (next === -1 || !isWord(bytes, next, END)) return here;
    next += END.length;
    const port = portOf(protocol, number, known.body, noScripts);
    // One without a state is told of: by the walk.
    if (port === null) return here;
    ports.push(port);
    here = bytes[next] === NEWLINE ? next + 1 : next;
  }
  return here;
}
