import { TextDecoder } from "node:util";
import { PortreeveError } from "../facts/error.js";
import { quoteText } from "../scope/quoteText.js";

export interface DecodedText {
  readonly text: string;
  /** What it was read as, for people. */
  readonly encoding: string;
  /** The encoding was guessed, and the guess may be wrong. */
  readonly guessed: boolean;
}

/**
 * The text of a CSV file: by its byte order mark, else UTF-8 if it is sound UTF-8, else GB18030, which holds the GBK that
 * a Chinese Excel writes. `wanted` is any name that the WHATWG's encoding standard knows.
 * @throws PortreeveError `usage` where it is none of these, or no text at all
 */
export function decodeText(bytes: Uint8Array, file: string, wanted?: string): DecodedText {
  refuseWorkbook(bytes, file);
  if (wanted !== undefined) return decodeAs(bytes, file, wanted);
  const marked = [bytes[0], bytes[1]].join(" ");
  if (marked === "255 254") return decodeAs(bytes, file, "utf-16le");
  if (marked === "254 255") return decodeAs(bytes, file, "utf-16be");
  const utf8 = tryDecode(bytes, "utf-8");
  if (utf8 !== null) return { text: utf8, encoding: "UTF-8", guessed: false };
  const gb18030 = tryDecode(bytes, "gb18030");
  if (gb18030 !== null) return { text: gb18030, encoding: "GB18030", guessed: true };
  throw new PortreeveError("usage", `${quoteText(file)} is neither UTF-8 nor GB18030 text`, {
    hint: "save it as CSV UTF-8, or name its encoding: --encoding windows-1252",
  });
}

function decodeAs(bytes: Uint8Array, file: string, encoding: string): DecodedText {
  const text = tryDecode(bytes, encoding);
  if (text !== null) return { text, encoding: encoding.toUpperCase(), guessed: false };
  throw new PortreeveError("usage", `${quoteText(file)} is no ${encoding.toUpperCase()} text`, {
    hint: "save it as CSV UTF-8",
  });
}

/** Without a byte order mark; null where the bytes do not fit. */
function tryDecode(bytes: Uint8Array, encoding: string): string | null {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new PortreeveError("usage", `--encoding ${quoteText(encoding)} is not known`, {
      hint: "such as utf-8, gb18030, windows-1252, shift_jis",
      cause,
    });
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** A ZIP file or an OLE one: what Excel saves by itself. */
function refuseWorkbook(bytes: Uint8Array, file: string): void {
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (start !== "504b0304" && start !== "d0cf11e0") return;
  throw new PortreeveError("usage", `${quoteText(file)} is a workbook, not CSV`, {
    hint: "in Excel: Save As, CSV UTF-8 (comma delimited)",
  });
}
