import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { PortreeveError } from "../facts/error.js";
import { explained } from "./explainFault.js";
import { exists, giveTo, makePrivateFolder, type Owner, refuseLink } from "./privateFiles.js";

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
    const temporary = `${path}.${process.pid}-${randomBytes(4).toString("hex")}.part`;
    try {
      writeDurably(temporary, gzipSync(xml), owner);
      renameSync(temporary, path);
      syncFolder(dirname(path));
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

/** The name must be on the disk too. */
function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
