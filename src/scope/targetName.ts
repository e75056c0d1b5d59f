import { PortreeveError } from "../facts/error.js";
import { quoteText } from "./quoteText.js";

/** RFC 1123, section 2.1, with the underscore that real zones have. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** RFC 1035, section 2.3.4, without the final dot. */
const LONGEST_NAME = 253;

/**
 * A host name in the form that is looked up: lower case, without a final dot.
 *
 * The last label is not a number, decimal or hexadecimal: resolvers read `1.2.3` and `0x7f000001` as addresses.
 * @throws PortreeveError `usage`
 */
export function parseTargetName(text: string): string {
  const name = text.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  if (name.length > LONGEST_NAME) {
    throw refuse(text, `it has ${name.length} characters, a name has at most ${LONGEST_NAME}`);
  }
  if (labels.some((label) => label === "")) throw refuse(text, "a part between dots is empty");
  const bad = labels.find((label) => !LABEL.test(label));
  if (bad !== undefined) {
    const why = bad.length > 63 ? "is longer than 63 characters" : "begins or ends with a hyphen";
    throw refuse(
      text,
      `${quoteText(bad)} ${/^[a-z0-9_-]*$/.test(bad) ? why : "has a character no name has"}`,
    );
  }
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(last)) {
    throw refuse(
      text,
      `its last part ${quoteText(last)} is a number`,
      "write an address as four decimal numbers",
    );
  }
  return name;
}

function refuse(
  text: string,
  why: string,
  hint = "write a name such as db.example or an address",
): PortreeveError {
  return new PortreeveError("usage", `${quoteText(text)} is not a host name: ${why}`, { hint });
}
