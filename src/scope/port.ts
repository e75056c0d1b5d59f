import { PortreeveError } from "../facts/error.js";
import { type Port, PROTOCOLS } from "../facts/port.js";
import { quoteText } from "./quoteText.js";

/** `22/tcp`. */
export function formatPort({ protocol, port }: Port): string {
  return `${port}/${protocol}`;
}

/**
 * Reads `22/tcp`: a number from 0 to 65535 and one of tcp, udp, sctp. Port 0 is read, for imported files may hold it.
 * @throws PortreeveError `usage`
 */
export function parsePort(text: string): Port {
  const match = /^(0|[1-9][0-9]{0,4})\/([a-z]+)$/.exec(text);
  const port = Number(match?.[1] ?? -1);
  const protocol = PROTOCOLS.find((known) => known === match?.[2]);
  if (protocol !== undefined && port >= 0 && port <= 65_535) return { protocol, port };
  const alone = /^[0-9]{1,5}$/.test(text);
  throw new PortreeveError("usage", `${quoteText(text)} is not a port with its protocol`, {
    hint: alone
      ? `write ${text}/tcp or ${text}/udp`
      : "write it as 22/tcp or 53/udp, numbers from 0 to 65535",
  });
}
