/**
 * The digest of the newest thing said of a host, where it needed no exception. A newest run that says the same has only
 * its coverage to write. A cache: a row that is missing costs a look at the tracks, so it is dropped when in doubt.
 */
import { hash } from "node:crypto";
import type { CellObservation, HostObservation, Service } from "../facts/observation.js";
import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import { serviceText } from "./intern.js";
import type { Ledger } from "./ledger.js";

export interface HostAt {
  readonly host: number;
  readonly vantage: number;
}

/**
 * Twelve bytes of SHA-256 over what is kept of the observation: one chance in 2^96 that a change goes unseen.
 * @param into gets three words of it, from `at`
 * @param serviceWords `digestOfService`, as the caller remembers it
 */
export function digestOf(
  { presence, mac, vendor, names, cells, quiet, covered }: HostObservation,
  into: Int32Array,
  at: number,
  serviceWords: (service: Service) => Int32Array = rememberedDigest,
): void {
  used = 0;
  putText(presence);
  putText(mac ?? "");
  putText(vendor ?? "");
  put(names.length);
  for (const name of names.length > 1 ? [...names].sort() : names) putText(name);
  putPorts(covered);
  put(cells.length);
  let last: CellObservation | null = null;
  for (const cell of cells) {
    const { protocol, port, state, reason, proof, service } = cell;
    put(cellCode(protocol, port));
    // Most ports of a host answer alike.
    const isLike = last !== null && last.state === state && last.reason === reason && last.proof === proof;
    put((isLike ? 1 : 0) + (service === null ? 0 : service.method === "probed" ? 2 : 4));
    if (!isLike) {
      putText(state);
      putText(reason);
      putText(proof);
    }
    last = cell;
    if (service === null) continue;
    if (service.method === "table") putText(service.name);
    else for (const word of serviceWords(service)) put(word);
  }
  for (const { state, reason, proof, ports } of quiet) {
    putText(state);
    putText(reason);
    putText(proof);
    putPorts(ports);
  }
  into.set(wordsOf(words.subarray(0, used)), at);
}

/** Three words of SHA-256. */
export function digestOfService(service: Service): Int32Array {
  return wordsOf(serviceText(service));
}

function wordsOf(content: string | Int32Array): Int32Array {
  // At once and as text: a hash object and a buffer cost four times as much.
  const digest = hash("sha256", content, "hex");
  const words = new Int32Array(3);
  for (let index = 0; index < 3; index++)
    words[index] = Number.parseInt(digest.slice(index * 8, index * 8 + 8), 16);
  return words;
}

const digests = new WeakMap<Service, Int32Array>();

function rememberedDigest(service: Service): Int32Array {
  const known = digests.get(service);
  if (known !== undefined) return known;
  const digest = digestOfService(service);
  digests.set(service, digest);
  return digest;
}

/** What is to be digested, as numbers: texts cost more than the digest. Each part tells its length or has a fixed one. */
let words = new Int32Array(4096);
let used = 0;

function put(word: number): void {
  if (used === words.length) {
    const larger = new Int32Array(words.length * 2);
    larger.set(words);
    words = larger;
  }
  words[used++] = word;
}

function putText(text: string): void {
  put(text.length);
  for (let index = 0; index < text.length; index++) put(text.charCodeAt(index));
}

function putPorts(ports: PortSet): void {
  for (const protocol of PROTOCOLS) {
    put(ports[protocol].length);
    for (const [from, to] of ports[protocol]) put(from * 65_536 + to);
  }
}

export function isHead(ledger: Ledger, { host, vantage }: HostAt, digest: Uint8Array): boolean {
  const row = ledger
    .rows<[Buffer]>("SELECT digest FROM head WHERE vantage = ? AND host = ?")
    .get(vantage, host);
  return row?.[0].equals(digest) ?? false;
}

export function writeHead(ledger: Ledger, { host, vantage }: HostAt, digest: Uint8Array): void {
  ledger.sql("REPLACE INTO head (host, vantage, digest) VALUES (?, ?, ?)").run(host, vantage, digest);
}

export function dropHead(ledger: Ledger, { host, vantage }: HostAt): void {
  ledger.sql("DELETE FROM head WHERE vantage = ? AND host = ?").run(vantage, host);
}
