import type { Service } from "../facts/observation.js";
import { readProductRule } from "../profile/productRule.js";
import type { Entry } from "../profile/profile.js";
import { readVersionRule } from "../profile/versionRule.js";

/** nmap's words for a port that opens and tells nothing: no service was identified. */
const TELLS_NOTHING = new Set(["unknown", "tcpwrapped"]);

/**
 * How an identified service differs from what the entry expects, for people; null where it does not, or where
 * nobody knows: a guess by port number, a product or version nmap did not tell.
 */
export function describeMismatch(entry: Entry, service: Service | null): string | null {
  if (service === null || service.method !== "probed" || TELLS_NOTHING.has(service.name)) return null;
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
