import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  createWriteStream,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { PortreeveError } from "../facts/error.js";
import { explained, explainFault } from "./explainFault.js";
import { exists, giveTo, makePrivateFolder, type Owner, refuseLink, syncPath } from "./privateFiles.js";

/** Three times as fast as the usual 6, for files that are a fifth larger. */
const LEVEL = 3;

/** Where a shard's XML lies: `<database>.xml/ab/abcdef….xml.gz`, by the SHA-256 of the uncompressed text. */
export function xmlPath(database: string, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError(`${sha256} is no SHA-256`);
  return join(`${database}.xml`, sha256.slice(0, 2), `${sha256}.xml.gz`);
}

/**
 * Keeps the XML, once. It is on the disk under its name, whole, before this returns: rows may point at it then.
 * @throws PortreeveError `failed` where the disk is full or not ours to write
 */
export function keepXml(database: string, sha256: string, xml: string, owner: Owner | null): void {
  const path = xmlPath(database, sha256);
  explained(database, () => {
    if (exists(path)) return;
    makePrivateFolder(dirname(path), owner);
    if (owner !== null) refuseLink(dirname(path));
    const temporary = temporaryName(path);
    try {
      writeDurably(temporary, gzipSync(xml, { level: LEVEL }), owner);
      renameSync(temporary, path);
      syncPath(dirname(path));
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** @throws PortreeveError `failed` where it was removed (kept XML may be pruned; no span depends on it) */
export function readXml(database: string, sha256: string): string {
  const path = xmlPath(database, sha256);
  if (!exists(path)) {
    throw new PortreeveError("failed", `the XML ${sha256} is not kept any more`, {
      hint: "what was read from it is kept",
    });
  }
  return explained(path, () => gunzipSync(readFileSync(path)).toString("utf8"));
}

function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
}

function writeDurably(path: string, bytes: Uint8Array, owner: Owner | null): void {
  const fd = openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    fchmodSync(fd, 0o600);
    giveTo(fd, path, owner);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Removes it, where it is kept. */
export function dropXml(database: string, sha256: string): void {
  const path = xmlPath(database, sha256);
  explained(path, () => rmSync(path, { force: true }));
}

/**
 * `keepXml` for a file of any size, which is never in memory as a whole.
 * @param source the plain bytes
 * @throws PortreeveError `failed` where the disk is full or not ours to write
 */
export async function keepXmlFrom(
  database: string,
  sha256: string,
  source: Readable,
  owner: Owner | null,
): Promise<void> {
  const path = xmlPath(database, sha256);
  if (explained(path, () => exists(path))) {
    source.destroy();
    return;
  }
  const temporary = explained(path, () => {
    makePrivateFolder(dirname(path), owner);
    if (owner !== null) refuseLink(dirname(path));
    const name = temporaryName(path);
    writeDurably(name, new Uint8Array(), owner);
    return name;
  });
  try {
    await pipeline(
      source,
      createGzip({ level: LEVEL, chunkSize: 64 * 1024 }),
      createWriteStream(temporary, { flags: "r+" }),
    );
    syncPath(temporary);
    renameSync(temporary, path);
    syncPath(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainFault(error, path);
  }
}
