/** What `profile explain` says: who the host is to the profile, and which line applies to each of its ports. */
import type { ProfileLine, Verdict } from "../facts/finding.js";
import { plain } from "./escape.js";
import {
  type Cover,
  type Elsewhere,
  type ExplainedEntry,
  type ExplainedRow,
  type Explanation,
  explanationJson,
} from "./explanation.js";
import { hanging } from "./hanging.js";
import { type Ink, makeInk, type Role } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { pad, textWidth, wrapText } from "./width.js";

const NAME_LENGTH = 100;

export function renderExplanation(
  explained: Explanation,
  format: "text" | "json",
  options: TextOptions,
): string {
  if (format === "json") return jsonText(explanationJson(explained));
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const { rows } = explained;
  const portWidth = rows.reduce((most, { text }) => Math.max(most, text.length), 0);
  const lines = [
    ...hostLines(explained, ink, width),
    "",
    ...rows.flatMap((row) => rowLines(row, portWidth, ink, width)),
    ...(rows.length === 0 ? ["  The profile lists no port for this host."] : []),
  ];
  return ink.finish(`${lines.join("\n")}\n`);
}

/** Who the host is, and what of the profile is about it. */
function hostLines({ address, ...explained }: Explanation, ink: Ink, width: number): string[] {
  const { vantage, realm, identity, groups, hostExceptions } = explained;
  const name = identity?.name ?? null;
  const title = name === null ? address : `${address} (${plain(name, { max: NAME_LENGTH })})`;
  const from = `seen from ${shown(vantage)}${realm === "default" ? "" : ` in realm ${shown(realm)}`}`;
  const lines = hanging(`${title}  `, from, width, (text) => ink.paint("heading", text));
  const facts: readonly (readonly [label: string, text: string])[] = [
    ["known as", listWords((identity?.names ?? []).filter((other) => other !== name?.toLowerCase()))],
    ["also at", listWords((identity?.addresses ?? []).filter((other) => other !== address))],
    ["owner", identity?.owner ?? ""],
    ["system", identity?.system ?? ""],
    ["tags", listWords(identity?.tags ?? [])],
  ];
  for (const [label, text] of facts) {
    if (text !== "") lines.push(...fact(label, plain(text), width));
  }
  const matched = groups.map(
    ({ group, how }) => `${shown(group.id)} (${plain(how)}) ${placeText(group.line)}`,
  );
  for (const [index, text] of (matched.length === 0 ? ["none matches this host"] : matched).entries()) {
    lines.push(...fact(index === 0 ? "groups" : "", text, width));
  }
  for (const cover of hostExceptions) {
    const rules = listWords(cover.exception.rules ?? []);
    lines.push(...fact("excepted", `${plain(rules)}: ${exceptionText(cover)}`, width));
  }
  return lines;
}

function fact(label: string, text: string, width: number): string[] {
  return hanging(`  ${pad(label, 8)}  `, text, width);
}

function rowLines(
  { text, expectation, exception }: ExplainedRow,
  portWidth: number,
  ink: Ink,
  width: number,
): string[] {
  const { verdict, elsewhere, entry, line, owner, why, runnersUp } = expectation;
  const lead = `  ${pad(text, portWidth)}  ${pad(verdict, 10)}  `;
  const said = [
    plain(why),
    owner === null ? "" : `(owner ${shown(owner)})`,
    line === null ? "" : placeText(line),
  ];
  const besides = [
    ...(entry === null ? [] : [vantageText(entry), serviceText(entry)]),
    entry?.reason === null || entry === null ? "" : `because ${plain(entry.reason)}`,
    exception === null ? "" : exceptionText(exception),
  ].filter((part) => part !== "");
  const others = runnersUp.map(
    (other) => `not ${other.verdict}, ${placeText(other.line)}: ${plain(other.why)}`,
  );
  const indent = " ".repeat(textWidth(lead));
  const below = (part: string) => wrapText(part, width - indent.length).map((piece) => indent + piece);
  return [
    ...hanging(lead, said.filter((part) => part !== "").join(" "), width, (head) =>
      ink.paint(roleOf(verdict, elsewhere), head),
    ),
    ...besides.flatMap(below),
    ...others.flatMap(below).map((piece) => ink.paint("dim", piece)),
  ];
}

function roleOf(verdict: Verdict, elsewhere: Elsewhere | null): Role {
  if (elsewhere !== null) return "bad";
  switch (verdict) {
    case "required":
    case "allowed":
      return "good";
    case "forbidden":
      return "bad";
    case "unreviewed":
    case "unlisted":
      return "warn";
  }
}

/** `holds from bastion only; must be closed from internet`; "" for an entry that says nothing of vantages. */
function vantageText({ from, closedFrom }: ExplainedEntry): string {
  return [
    from === null ? "" : `holds from ${listWords(from)} only`,
    closedFrom.length === 0 ? "" : `must be closed from ${listWords(closedFrom)}`,
  ]
    .filter((part) => part !== "")
    .map((part) => plain(part))
    .join("; ");
}

function serviceText({ service, product, version }: ExplainedEntry): string {
  const parts = [
    service === null ? "" : `service ${shown(service)}`,
    product === null ? "" : `product ${shown(product)}`,
    version === null ? "" : `version ${shown(version)}`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `expects ${parts.join(", ")}`;
}

function exceptionText({ exception, active }: Cover): string {
  const { id, owner, reason, expires, ticket, line } = exception;
  const until = active ? `until ${plain(expires)}` : `ended after ${plain(expires)}`;
  const facts = [shown(owner), ...(ticket === null ? [] : [shown(ticket)])].join(", ");
  return `exception ${shown(id)} ${until} (${facts}): ${plain(reason)} ${placeText(line)}`;
}

function listWords(words: readonly string[]): string {
  return words.join(", ");
}

function shown(text: string): string {
  return plain(text, { max: NAME_LENGTH });
}

function placeText({ file, line }: ProfileLine): string {
  return `${plain(file)}:${line}`;
}
