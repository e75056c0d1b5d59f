import { PortreeveError } from "../facts/error.js";
import { explainBadAddress, tryParseAddress } from "./address.js";
import { type AddressSet, addressSetOf, addressSetOfNetworks } from "./addressSet.js";
import { parseNetwork } from "./network.js";
import { parseOctetPattern } from "./octetPattern.js";
import { quoteText } from "./quoteText.js";
import { parseTargetName } from "./targetName.js";

/**
 * What a user may ask for. A name is not looked up here: `text` is the key under which `buildScope` wants its
 * addresses (lower case, without a final dot).
 */
export type Target =
  | { readonly kind: "set"; readonly text: string; readonly addresses: AddressSet }
  | { readonly kind: "name"; readonly text: string };

/**
 * Reads one target as nmap's users write it: an address, a name, a CIDR block (host bits allowed), an IPv4
 * octet pattern (`10.0.0-3.1,5,250-`, `192.168.1.*`). IPv6 addresses and blocks stand beside IPv4 ones.
 *
 * Everything that could be read as an option or by a shell, or in two ways, is refused: see the tests.
 * @throws PortreeveError `usage` that names the target
 */
export function parseTarget(text: string): Target {
  refuseForeignCharacters(text);
  if (text.includes(":")) return { kind: "set", text, addresses: readIPv6Target(text) };
  if (/^[0-9.*,/-]+$/.test(text)) return { kind: "set", text, addresses: readIPv4Target(text) };
  refuseNearNames(text);
  return { kind: "name", text: parseTargetName(text) };
}

function refuse(text: string, why: string, hint: string): PortreeveError {
  return new PortreeveError("usage", `target ${quoteText(text)} refused: ${why}`, { hint });
}

const EXAMPLES = "write an address, a name, 10.0.0.0/24 or 10.0.0-3.1-254";

function refuseForeignCharacters(text: string): void {
  if (text === "") throw refuse(text, "it is empty", EXAMPLES);
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) throw refuse(text, "it has a control character", EXAMPLES);
  if (/\s/u.test(text)) throw refuse(text, "it has a blank", "give each target as an argument of its own");
  if (text.startsWith("-")) {
    throw refuse(text, "it begins with a hyphen, as an option does", "write 0-5 for -5 in a first octet");
  }
  if (/[^\x20-\x7e]/.test(text)) {
    const ascii = toAscii(text);
    throw refuse(
      text,
      "it has a character outside ASCII",
      ascii === null ? EXAMPLES : `if you mean this name, write it as ${ascii}`,
    );
  }
  const foreign = /[^A-Za-z0-9._:%/[\]*,-]/.exec(text);
  if (foreign !== null) {
    const url = text.includes("://");
    throw refuse(text, `it has ${quoteText(foreign[0])}, which no target has`, url ? NO_URL : EXAMPLES);
  }
}

const NO_URL = "a target is an address or a name, not a URL";

/** The name in punycode (RFC 3492), null where it is no name at all. */
function toAscii(text: string): string | null {
  const url = `http://${text}`;
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(text) || !URL.canParse(url)) return null;
  return new URL(url).hostname;
}

function readIPv6Target(text: string): AddressSet {
  if (text.includes("://")) throw refuse(text, "it is a URL", NO_URL);
  const address = tryParseAddress(text);
  if (address !== null) return addressSetOf([address]);
  if (/^[0-9a-fA-F:.,*-]*[,*-]/.test(text)) {
    throw refuse(text, "IPv6 has no octet ranges", "write an IPv6 address or a block such as 2001:db8::/120");
  }
  if (/^[A-Za-z0-9._-]+:[0-9,-]+$/.test(text) && text.split(":").length === 2) {
    throw refuse(text, "it has a port", "give ports with -p");
  }
  if (text.includes("/")) return addressSetOfNetworks([parseNetwork(text)]);
  const { why, hint } = explainBadAddress(text);
  throw refuse(text, why, hint);
}

function readIPv4Target(text: string): AddressSet {
  const slash = text.indexOf("/");
  const pattern = slash === -1 ? text : text.slice(0, slash);
  const isPlain = /^[0-9.]+$/.test(pattern);
  if (slash !== -1 && !isPlain) {
    throw refuse(text, "an octet range cannot have a prefix", "write either 10.0.0-3.1-254 or 10.0.0.0/22");
  }
  if (slash !== -1) return addressSetOfNetworks([parseNetwork(text)]);
  if (!isPlain) return parseOctetPattern(text);
  const address = tryParseAddress(text);
  if (address !== null) return addressSetOf([address]);
  const { why, hint } = explainBadAddress(text);
  throw refuse(text, why, hint);
}

function refuseNearNames(text: string): void {
  if (text.includes("/")) {
    throw refuse(
      text,
      "a name with a prefix depends on what the name resolves to today",
      "write the network with its address, such as 10.0.0.0/24",
    );
  }
  if (text.includes("%")) throw refuse(text, "it has a zone or a percent sign", EXAMPLES);
  if (/[[\]]/.test(text)) throw refuse(text, "it is in brackets", "write it without the brackets");
  if (text.includes(",")) {
    throw refuse(text, "it has a comma outside an octet", "separate targets by blanks");
  }
  if (text.includes("*")) throw refuse(text, "a name has no wildcards", "list the names, or write 10.0.0.*");
}
