/** Facts in words: ports, services, hosts. Everything here returns text that is safe to print. */
import type { Service } from "../facts/observation.js";
import type { PortSet, Protocol } from "../facts/port.js";
import { PROTOCOLS } from "../facts/port.js";
import type { HostView } from "../facts/view.js";
import { countOf, formatCount } from "./count.js";
import { plain } from "./escape.js";
import type { HostPort } from "./reportData.js";

const NAME_LENGTH = 60;
const SERVICE_LENGTH = 80;
/** More ranges than this are counted, not listed. */
const LISTED_RANGES = 12;

export const LOCAL_LABEL = "the bastion itself, through loopback: not exposure";

export function portText(protocol: Protocol, port: number): string {
  return `${port}/${protocol}`;
}

/** `ssh OpenSSH 9.2p1`, `https nginx 1.24.0`; a guess by port number has a question mark; "" where nothing is known. */
export function serviceText(service: Service | null): string {
  if (service === null) return "";
  const name = service.tunnel === "ssl" && !service.name.endsWith("s") ? `ssl/${service.name}` : service.name;
  const sure = service.method === "probed" ? name : `${name}?`;
  const parts = [sure, service.product, service.version].filter((part) => part !== null && part !== "");
  return plain(parts.join(" "), { max: SERVICE_LENGTH });
}

/** `22/tcp ssh OpenSSH 9.2p1`, and what keeps it from being believed. */
export function openPortText(row: HostPort): string {
  const parts = [portText(row.protocol, row.port), serviceText(row.service), doubtText(row)];
  return parts.filter((part) => part !== "").join(" ");
}

/** Why a row is not to be believed as it stands; "" for one that is. */
export function doubtText(row: Pick<HostPort, "confidence" | "proof">): string {
  if (row.proof === "unstable") return "(open and reset in one run)";
  switch (row.confidence) {
    case "confirmed":
    case "imported":
      return "";
    case "single":
      return "(seen once)";
    case "unconfirmed":
      return "(not confirmed)";
    case "flapping":
      return "(flapping: it keeps changing)";
    case "tarpit":
      return "(tarpit: every port answers)";
    case "middlebox":
      return "(a middlebox answers for it)";
  }
}

/** The first name of an address, "" without one. PTR names are whatever the owner of the zone wrote. */
export function hostName(host: Pick<HostView, "names"> | undefined): string {
  const name = host?.names[0];
  return name === undefined ? "" : plain(name, { max: NAME_LENGTH });
}

/** `10.0.0.5  web01.example` */
export function hostTitle(host: Pick<HostView, "address" | "names">): string {
  const name = hostName(host);
  return name === "" ? host.address : `${host.address}  ${name}`;
}

/** `10.0.0.5 (web01.example)`, within a sentence. */
export function hostLabel(host: Pick<HostView, "address" | "names">): string {
  const name = hostName(host);
  return name === "" ? host.address : `${host.address} (${name})`;
}

/** `22,80-90/tcp, 53/udp`; long sets are counted (`1,000 TCP ports`). */
export function portSetText(ports: PortSet): string {
  return PROTOCOLS.flatMap((protocol) => {
    const ranges = ports[protocol];
    if (ranges.length === 0) return [];
    if (ranges.length > LISTED_RANGES) {
      return [`${countOf(countRanges(ranges), `${protocol.toUpperCase()} port`)}`];
    }
    return [`${ranges.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(",")}/${protocol}`];
  }).join(", ");
}

/** `T:22,80-90,U:53`, for programs: nmap's own syntax, every range; "" for the empty set. */
export function portSpec(ports: PortSet): string {
  const letters = { tcp: "T", udp: "U", sctp: "S" } as const;
  return PROTOCOLS.filter((protocol) => ports[protocol].length > 0)
    .map((protocol) => {
      const ranges = ports[protocol].map(([from, to]) => (from === to ? from : `${from}-${to}`));
      return `${letters[protocol]}:${ranges.join(",")}`;
    })
    .join(",");
}

export function countRanges(ranges: PortSet[Protocol]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/**
 * A canonical port specification (`T:22,80-90,U:53`, as `scope/portSet.ts` prints it) in words: `T:22,80` stays as
 * it is, a long one is counted. A text of another form is returned as it is.
 */
export function portSpecText(spec: string): string {
  if (spec === "") return "no ports";
  const counts = new Map<string, number>();
  let letter = "";
  for (const item of spec.split(",")) {
    const [, sign, from, to] = /^(?:([TUS]):)?(\d+)(?:-(\d+))?$/.exec(item) ?? [];
    letter = sign ?? letter;
    if (from === undefined || letter === "") return plain(spec, { max: NAME_LENGTH });
    counts.set(letter, (counts.get(letter) ?? 0) + Number(to ?? from) - Number(from) + 1);
  }
  const names: Readonly<Record<string, string>> = { T: "TCP", U: "UDP", S: "SCTP" };
  const words = [...counts].map(([sign, count]) => `${formatCount(count)} ${names[sign] ?? sign}`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${words.join(" and ")} ${total === 1 ? "port" : "ports"}`;
}
