import type { Service } from "../facts/observation.js";

/** Hostile banners could make it grow without end. */
const MOST = 50_000;
let count = 0;
/** By product, then version: each asked for alone is quicker than a text of all that a service says. */
const shared = new Map<string | null, Map<string | null, Service[]>>();
let known = new WeakSet<Service>();

/** One object for all services that are the same: what is known of it can be looked up by the object. */
export function sharedService(service: Service): Service {
  if (known.has(service)) return service;
  const { product, version } = service;
  const versions = shared.get(product) ?? new Map<string | null, Service[]>();
  const alike = versions.get(version) ?? [];
  for (const each of alike) if (isSame(each, service)) return each;
  if (count >= MOST) {
    shared.clear();
    known = new WeakSet();
    count = 0;
    return sharedService(service);
  }
  alike.push(service);
  versions.set(version, alike);
  shared.set(product, versions);
  known.add(service);
  count += 1;
  return service;
}

function isSame(a: Service, b: Service): boolean {
  return (
    a.name === b.name &&
    a.extraInfo === b.extraInfo &&
    a.tunnel === b.tunnel &&
    a.method === b.method &&
    a.confidence === b.confidence &&
    a.hostname === b.hostname &&
    a.osType === b.osType &&
    a.deviceType === b.deviceType &&
    a.cpes.length === b.cpes.length &&
    a.cpes.every((cpe, index) => cpe === b.cpes[index])
  );
}
