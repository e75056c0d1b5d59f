import type { Service } from "../facts/observation.js";
import { readProductRule } from "../profile/productRule.js";
import type { Entry } from "../profile/profile.js";
import { readVersionRule } from "../profile/versionRule.js";
import type { Row } from "./portLook.js";

/** nmap's words for a port that opens and tells nothing: no service was identified. */
const TELLS_NOTHING = new Set(["unknown", "tcpwrapped"]);

/**
 * How an identified service differs from what the entry expects, for people; null where it does not, or where
 * nobody knows: a guess by port number, a product or version nmap did not tell.
 */
export function describeMismatch(entry: Entry, service: Service | null): string | null {
  if (!isIdentified(service)) return null;
  if (entry.service !== null && !isService(entry.service, service)) {
    return `expected ${entry.service}, found ${nameService(service)}`;
  }
  if (entry.product !== null && service.product !== null) {
    const { matches } = readProductRule(entry.product);
    if (matches !== null && !matches(service.product)) {
      return `expected the product ${entry.product}, found ${service.product}`;
    }
  }
  if (entry.version !== null && service.version !== null) {
    const { accepts } = readVersionRule(entry.version);
    if (accepts !== null && accepts(service.version) === false) {
      return `expected version ${entry.version}, found ${service.version}`;
    }
  }
  return null;
}

/**
 * Whether the service is known to be what the entry expects: everything that is expected was told, and fits. False
 * too where nobody knows.
 */
export function isAsExpected(entry: Entry, service: Service | null): boolean {
  if (!isIdentified(service) || describeMismatch(entry, service) !== null) return false;
  if (entry.product !== null && service.product === null) return false;
  if (entry.version === null) return true;
  const { accepts } = readVersionRule(entry.version);
  return accepts !== null && service.version !== null && accepts(service.version) === true;
}

/** Whether the entry says what service is to be behind the port. */
export function expectsService({ service, product, version }: Entry): boolean {
  return service !== null || product !== null || version !== null;
}

/** Whether the service gave itself away; a guess by number is no service. */
export function isIdentified(service: Service | null): service is Service {
  return service !== null && service.method === "probed" && !TELLS_NOTHING.has(service.name);
}

/** nmap calls HTTP inside TLS `http` with the tunnel `ssl`; `https` and `ssl/http` mean the same. */
function isService(wanted: string, { name, tunnel }: Service): boolean {
  const expected = wanted.toLowerCase();
  const found = name.toLowerCase();
  if (expected === found || expected === nameService({ name: found, tunnel })) return true;
  return tunnel === "ssl" && expected === `${found}s`;
}

/** As nmap prints it: `http`, or `ssl/http` where it was found inside TLS. */
export function nameService({ name, tunnel }: Pick<Service, "name" | "tunnel">): string {
  return tunnel === null ? name : `${tunnel}/${name}`;
}

/** `open (http, nginx 1.18.0)`: how the evidence of an open port begins. */
export function describeOpen({ service, confidence }: Pick<Row, "service" | "confidence">): string {
  return `${confidence === "unconfirmed" ? "answered" : "open"}${describeService(service)}`;
}

/** ` (http, nginx 1.18.0)`; a guess by number is no service and is left out. */
export function describeService(service: Service | null): string {
  if (service === null || service.method !== "probed") return "";
  const product = [service.product, service.version].filter((text) => text !== null && text !== "").join(" ");
  return ` (${[nameService(service), product].filter((text) => text !== "").join(", ")})`;
}
