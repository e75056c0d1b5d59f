/** What a host can say of itself to whoever scans it. */
export const HOSTILE = {
  ansi: "\x1b[2J\x1b[31mnginx\x1b[0m",
  osc52: "\x1b]52;c;cm0gLXJmIH4=\x07OpenSSH",
  c1: "\u009b31mred \u009d0;title\u009c",
  bidi: "safe\u202egpj.exe\u202c \u2066x\u2069",
  html: '<script>alert(1)</script>"&',
  formula: '=HYPERLINK("http://192.0.2.1","x")',
  line: "web01.example\n10.0.0.1  22/tcp  closed\r\u2028x",
  zero: "ad\u200bmin\u00ad\ufeff\u{e0041}",
  surrogate: "\ud800broken\udc00",
  zalgo: `a${"\u0301".repeat(50)}`,
  wide: "核心数据库服务器，请勿触碰".repeat(20),
  long: "A".repeat(100_000),
} as const;

/** Keys whose text comes from the network, the user or the disk. */
const FOREIGN = new Set([
  "names",
  "vendor",
  "mac",
  "aliveReason",
  "name",
  "product",
  "version",
  "extraInfo",
  "evidence",
  "owner",
  "why",
  "warnings",
  "notes",
  "operator",
  "nmapVersion",
  "before",
  "after",
  "audit",
  "profile",
  "database",
  "vantage",
  "realm",
  "targets",
  "exclusions",
  "source",
  "file",
  "reason",
  "error",
  "argv",
  "message",
  "mend",
  "signal",
  "ended",
  "id",
  "profileHash",
  "groupId",
  "hostName",
  "system",
  "tags",
  "carried",
  "ticket",
  "approvedBy",
  "person",
]);

/** `value` with every foreign text in it replaced by `text`. */
export function poison<T>(value: T, text: string, key = ""): T {
  if (typeof value === "string") return (FOREIGN.has(key) ? text : value) as T;
  if (Array.isArray(value)) return value.map((item) => poison(item, text, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, poison(item, text, name)]);
  return Object.fromEntries(entries) as T;
}

/** Whatever a terminal would obey or not show, line breaks aside. */
export const UNSAFE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
