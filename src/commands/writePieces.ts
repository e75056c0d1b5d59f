/** A document that is made piece by piece: to stdout, or to a file that is there as a whole or not at all. */
import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { PortreeveError } from "../facts/error.js";
import { giveTo, type Owner } from "../store/privateFiles.js";
import { printPiece } from "./output.js";

/** So much is written at once. */
const BLOCK = 64 * 1024;

export function printPieces(pieces: Iterable<string>): void {
  for (const block of blocksOf(pieces)) {
    if (!printPiece(block)) return;
  }
}

/**
 * Writes beside the file first (0600) and puts it in its place when it is whole and on the disk; one that is there is
 * replaced. Under sudo a file in the invoking user's folder becomes theirs.
 * @throws PortreeveError `failed` where it cannot be written
 */
export function writePieces(file: string, pieces: Iterable<string>, owner: Owner | null): void {
  const path = resolve(file);
  refuseSpecial(file, path);
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  let isOurs = false;
  try {
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const fd = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    isOurs = true;
    try {
      fchmodSync(fd, 0o600);
      giveTo(fd, path, owner);
      for (const block of blocksOf(pieces)) writeWhole(fd, block);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, path);
  } catch (error) {
    if (isOurs) rmSync(draft, { force: true });
    // What the pieces are made of fails in its own words.
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new PortreeveError("failed", `${file} cannot be written: ${error.message}`, {
      hint: "name another file with --output, or leave it out to print",
      cause: error,
    });
  }
}

/** A link, a device or a folder would be replaced: /dev/null too, by root. */
function refuseSpecial(file: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== false) return;
  throw new PortreeveError("failed", `${file} is there already and is no regular file`, {
    hint: "name another file with --output, or leave it out to print",
  });
}

function* blocksOf(pieces: Iterable<string>): Generator<string> {
  let block = "";
  for (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = "";
  }
  if (block !== "") yield block;
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(fd, bytes, offset);
}
