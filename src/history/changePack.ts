/**
 * What a run told of hosts and ports, as bytes: how many lines, then three columns of varints. Lines are in the order of
 * (host, port, what). A host is its difference from the line before; a port is the same among the lines of one host,
 * and one more than its number on the first (the host itself has -1). In columns like stands beside like, which is what a
 * general compressor wants.
 */
import { readVarint, writeVarint } from "./varint.js";

export interface PackedLine {
  readonly host: number;
  /** `cellCode`, or -1 for the host itself. */
  readonly protoport: number;
  readonly what: number;
}

/** The same, a list for each column: a long log is many lines. */
export interface ChangeColumns {
  readonly hosts: Int32Array;
  readonly protoports: Int32Array;
  readonly whats: Int32Array;
}

/** @param lines in their order, each once */
export function packChanges(lines: ChangeColumns): Uint8Array {
  const { hosts, protoports, whats } = lines;
  const writer = { bytes: new Uint8Array(64 + 4 * hosts.length), at: 0 };
  writeVarint(writer, hosts.length);
  let host = 0;
  for (const each of hosts) {
    writeVarint(writer, each - host);
    host = each;
  }
  for (let index = 0; index < protoports.length; index++) {
    const isSameHost = index > 0 && hosts[index - 1] === hosts[index];
    const before = isSameHost ? (protoports[index - 1] ?? -1) : -1;
    writeVarint(writer, (protoports[index] ?? 0) - before);
  }
  for (const what of whats) writeVarint(writer, what);
  return writer.bytes.slice(0, writer.at);
}

/** @throws RangeError on bytes that `packChanges` did not make */
export function unpackChanges(bytes: Uint8Array): ChangeColumns {
  const reader = { bytes, at: 0 };
  const count = readVarint(reader);
  if (count > bytes.length) throw new RangeError("not a list of changes");
  const hosts = new Int32Array(count);
  const protoports = new Int32Array(count);
  const whats = new Int32Array(count);
  let host = 0;
  for (let index = 0; index < count; index++) {
    host += readVarint(reader);
    hosts[index] = host;
  }
  for (let index = 0; index < count; index++) {
    const before = index > 0 && hosts[index - 1] === hosts[index] ? (protoports[index - 1] ?? -1) : -1;
    protoports[index] = before + readVarint(reader);
  }
  for (let index = 0; index < count; index++) whats[index] = readVarint(reader);
  if (reader.at !== bytes.length) throw new RangeError("not a list of changes");
  return { hosts, protoports, whats };
}

/** Whether the line is among them; a binary search. */
export function hasLine({ hosts, protoports, whats }: ChangeColumns, line: PackedLine): boolean {
  let low = 0;
  let high = hosts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const difference =
      (hosts[middle] ?? 0) - line.host ||
      (protoports[middle] ?? 0) - line.protoport ||
      (whats[middle] ?? 0) - line.what;
    if (difference === 0) return true;
    if (difference < 0) low = middle + 1;
    else high = middle;
  }
  return false;
}
