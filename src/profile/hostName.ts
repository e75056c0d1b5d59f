/** Labels of letters, digits, `-` and `_`, as resolvers take them (RFC 1123; `_` is out there). */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** A host name as it is compared: lower case, without a last dot; null where the text is none. */
export function readHostName(text: string): string | null {
  const name = foldHostName(text);
  return HOST_NAME.test(name) && !looksLikeAddress(name) ? name : null;
}

/** Lower case, without a last dot. */
export function foldHostName(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}

/**
 * Whether it is an address, or one with a slip of the keyboard: resolvers take a name whose last part is a number for
 * an address, and a name of four parts of which three are numbers is no one's.
 */
export function looksLikeAddress(name: string): boolean {
  return name.includes(":") || /(^|\.)\d+$/.test(name) || /^\d+\.\d+\.\d+\.[^.]+$/.test(name);
}
