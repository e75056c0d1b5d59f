/** Whole numbers as bytes: seven bits each, lowest first, the eighth says that more follow. */

export interface VarintReader {
  readonly bytes: Uint8Array;
  at: number;
}

/** Bytes that grow as they are written. */
export interface VarintWriter {
  bytes: Uint8Array;
  at: number;
}

export function writeVarint(writer: VarintWriter, value: number): void {
  if (writer.at + 8 > writer.bytes.length) {
    const larger = new Uint8Array(writer.bytes.length * 2 + 64);
    larger.set(writer.bytes);
    writer.bytes = larger;
  }
  const { bytes } = writer;
  let rest = value;
  while (rest > 127) {
    bytes[writer.at++] = (rest % 128) + 128;
    rest = Math.floor(rest / 128);
  }
  bytes[writer.at++] = rest;
}

export function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** @throws RangeError where the bytes end first */
export function readVarint(reader: VarintReader): number {
  const first = reader.bytes[reader.at];
  if (first !== undefined && first < 128) {
    reader.at += 1;
    return first;
  }
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) throw new RangeError("the bytes end in the middle of a number");
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

/** Passes over so many numbers. */
export function skipVarints(reader: VarintReader, count: number): void {
  const { bytes } = reader;
  let { at } = reader;
  for (let rest = count; rest > 0 && at < bytes.length; at++) if ((bytes[at] ?? 0) < 128) rest -= 1;
  reader.at = at;
}
