import { type PortSet, PROTOCOLS } from "../facts/port.js";
import { emptyPortSet, portSetOfRanges } from "../scope/portSet.js";
import { suggestWord } from "./nearWord.js";
import { plainText } from "./problem.js";
import { WELL_KNOWN_SERVICES } from "./wellKnownServices.js";

export type ServicePorts = ReadonlyMap<string, PortSet>;

/** Either the ports, or what is wrong with the text. */
export type PortsRead =
  | { readonly ports: PortSet; readonly wrong: null }
  /** `wrong` may take a search through all services: ask for it only to show it. */
  | { readonly ports: null; readonly wrong: string };

/** Reads a port (`22/tcp`), a range (`8000-8100/tcp`) or the name of a service. */
export function readPorts(text: string, services: ServicePorts): PortsRead {
  const word = text.trim();
  const named = services.get(word) ?? wellKnownPorts(word);
  if (named !== null) return { ports: named, wrong: null };
  const match = /^(\d+)(?:-(\d+))?(?:\/([a-z]+))?$/i.exec(word);
  if (match === null) {
    return {
      ports: null,
      get wrong() {
        return explainWord(word, services);
      },
    };
  }
  const [, first = "", last = first, protocolText] = match;
  const from = Number(first);
  const to = Number(last);
  if (from > 65_535 || to > 65_535) return refuse(`port ${from > 65_535 ? first : last} is past 65535`);
  if (protocolText === undefined) return refuse(`${word} has no protocol: write ${word}/tcp or ${word}/udp`);
  const protocol = PROTOCOLS.find((known) => known === protocolText.toLowerCase());
  if (protocol === undefined) {
    return refuse(`unknown protocol \`${plainText(protocolText)}\`: a protocol is tcp, udp or sctp`);
  }
  if (from > to) return refuse(`the range runs backwards: write ${to}-${from}/${protocol}`);
  return { ports: portSetOfRanges({ [protocol]: [[from, to]] }), wrong: null };
}

function refuse(wrong: string): PortsRead {
  return { ports: null, wrong };
}

function explainWord(word: string, services: ServicePorts): string {
  const turned = /^(tcp|udp|sctp)[/:](\d+(?:-\d+)?)$/i.exec(word);
  if (turned?.[1] !== undefined)
    return `\`${word}\` is the wrong way round: write ${turned[2]}/${turned[1].toLowerCase()}`;
  if (/^[TUS]:/.test(word))
    return `\`${plainText(word)}\` is nmap's spelling: write one entry a range, such as 22/tcp`;
  if (/^[\d,]|\//.test(word)) return `\`${plainText(word)}\` is no port: write 22/tcp or 8000-8100/tcp`;
  const known = [...services.keys(), ...WELL_KNOWN_SERVICES.keys()];
  return `unknown service \`${plainText(word)}\`${suggestWord(word, known) || "; name it under `services`, or write a port such as 22/tcp"}`;
}

function wellKnownPorts(word: string): PortSet | null {
  const texts = WELL_KNOWN_SERVICES.get(word);
  return texts === undefined ? null : readPortTexts(texts);
}

/** The union of any number of sets, in one sort. */
export function unionOfPorts(sets: readonly PortSet[]): PortSet {
  return portSetOfRanges({
    tcp: sets.flatMap(({ tcp }) => tcp),
    udp: sets.flatMap(({ udp }) => udp),
    sctp: sets.flatMap(({ sctp }) => sctp),
  });
}

/** The ports of texts that are known to be right: the tables of this room. */
export function readPortTexts(texts: readonly string[]): PortSet {
  return unionOfPorts(texts.map((text) => readPorts(text, new Map()).ports ?? emptyPortSet));
}
