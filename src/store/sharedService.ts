import type { Service } from "../facts/observation.js";

/** Hostile banners could make it grow without end. */
const MOST = 50_000;
const shared = new Map<string, Service>();
const known = new WeakSet<Service>();

/** One object for all services that are the same: what is known of it can be looked up by the object. */
export function sharedService(service: Service): Service {
  if (known.has(service)) return service;
  const {
    name,
    product,
    version,
    extraInfo,
    tunnel,
    method,
    confidence,
    hostname,
    osType,
    deviceType,
    cpes,
  } = service;
  const text = `${name}\0${product}\0${version}\0${extraInfo}\0${tunnel}\0${method}\0${confidence}\0${hostname}\0${osType}\0${deviceType}\0${cpes.length === 0 ? "" : JSON.stringify(cpes)}`;
  // The texts of null and of a service named so are told apart by nobody but an attacker: those are not shared.
  const first = shared.get(text);
  if (first !== undefined && isSame(first, service)) return first;
  if (first !== undefined) return service;
  if (shared.size >= MOST) shared.clear();
  shared.set(text, service);
  known.add(service);
  return service;
}

function isSame(a: Service, b: Service): boolean {
  return (
    a.name === b.name &&
    a.product === b.product &&
    a.version === b.version &&
    a.extraInfo === b.extraInfo &&
    a.tunnel === b.tunnel &&
    a.hostname === b.hostname &&
    a.osType === b.osType &&
    a.deviceType === b.deviceType
  );
}
