import { nearWord } from "../scope/nearWord.js";

/** What people write for a word that portreeve calls otherwise; of several the first that may stand there is meant. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  // Which hosts.
  ip: ["address", "addresses"],
  ips: ["address", "addresses"],
  addresses: ["address"],
  cidr: ["address", "network"],
  cidrs: ["network", "cidr"],
  subnet: ["network", "cidr"],
  subnets: ["networks", "network"],
  range: ["address", "network"],
  hostname: ["name", "host"],
  fqdn: ["name", "host"],
  dns: ["name", "host"],
  node: ["host"],
  nodes: ["host", "hosts"],
  machine: ["host"],
  machines: ["hosts"],
  servers: ["hosts"],
  identities: ["hosts"],
  aliases: ["hosts"],
  label: ["tags"],
  labels: ["tags"],
  selector: ["match"],
  where: ["match"],
  site: ["realm"],
  nat: ["seen_as"],
  public: ["seen_as"],
  exclude: ["except"],
  // What of them.
  must: ["required"],
  need: ["required"],
  needed: ["required"],
  mandatory: ["required"],
  deny: ["forbidden"],
  denied: ["forbidden"],
  block: ["forbidden"],
  blocked: ["forbidden"],
  closed: ["forbidden"],
  allow: ["allowed"],
  permit: ["allowed"],
  permitted: ["allowed"],
  optional: ["allowed"],
  ports: ["port"],
  port: ["ports"],
  inherits: ["extends"],
  extend: ["extends"],
  parent: ["extends"],
  role: ["templates"],
  roles: ["templates"],
  // From where.
  vantage: ["from", "vantages"],
  vantages: ["from"],
  open_from: ["from"],
  not_from: ["closed_from"],
  except_from: ["closed_from"],
  // By whom, and until when.
  comment: ["reason", "description"],
  description: ["reason"],
  note: ["reason", "description"],
  why: ["reason"],
  name: ["id"],
  contact: ["owner"],
  team: ["owner"],
  expiry: ["expires"],
  expiration: ["expires"],
  expire: ["expires"],
  until: ["expires", "on"],
  valid_until: ["expires"],
  end: ["expires"],
  ends: ["expires"],
  approver: ["approved_by"],
  approval: ["approved_by"],
  issue: ["ticket"],
  jira: ["ticket"],
  change: ["ticket"],
  waivers: ["exceptions"],
  exemptions: ["exceptions"],
  accepted: ["exceptions"],
  accept: ["accepted"],
  import: ["include"],
  imports: ["include"],
  profiles: ["include"],
  deadline: ["due"],
  deadlines: ["due"],
  sla: ["due"],
  default: ["unlisted"],
  unknown: ["unlisted"],
};

/**
 * The candidate that `word` was probably meant to be, or null. Typing errors count first, then other words for the
 * same thing.
 */
export function nearKey(word: string, candidates: Iterable<string>): string | null {
  const known = [...candidates];
  const near = nearWord(word, known);
  if (near !== null) return near;
  const wanted = word.toLowerCase().replaceAll(/[-\s]/g, "_");
  const others = Object.hasOwn(OTHER_WORDS, wanted) ? (OTHER_WORDS[wanted] ?? []) : [];
  return others.find((other) => known.includes(other)) ?? null;
}

/** `; did you mean X?` where there is a near word, else nothing. */
export function suggestWord(word: string, candidates: Iterable<string>): string {
  const near = nearKey(word, candidates);
  return near === null ? "" : `; did you mean \`${near}\`?`;
}
