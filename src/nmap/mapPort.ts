/** From `<port>`, `<extraports>` and `<script>` to what a document says of ports. */
import type { PortState, ScriptResult, Service } from "../facts/observation.js";
import type { Protocol } from "../facts/port.js";
import { portNumberOf, protocolOf, stateOf, ttlOf } from "./attributeValues.js";
import type { ExtraPorts, NmapPort } from "./document.js";
import { attributeOf, childOf, childrenOf, type ElementTree, numberOf } from "./elementTree.js";
import { parsePortRanges } from "./portRanges.js";
import { singularReason } from "./proof.js";

/** What a `<port>` says, its numbers and its scripts apart. */
export type PortBody = Pick<NmapPort, "reason" | "ttl" | "reasonIp" | "service"> & {
  /** Null where it is one that nobody knows. */
  readonly state: PortState | null;
  readonly hasState: boolean;
};

/** One `<port>`; null where it is none of ours (`protocol="ip"`, a state nobody knows). */
export function mapPort(port: ElementTree): NmapPort | null {
  const protocol = protocolOf(attributeOf(port, "protocol"));
  const number = portNumberOf(attributeOf(port, "portid"));
  return protocol === null || number === null
    ? null
    : portOf(protocol, number, mapPortBody(port), mapScripts(port));
}

export function mapPortBody(port: ElementTree): PortBody {
  const state = childOf(port, "state");
  const service = childrenOf(port, "service")[0];
  return {
    state: stateOf(attributeOf(state, "state")),
    hasState: childrenOf(port, "state").length > 0,
    reason: singularReason(attributeOf(state, "reason") ?? ""),
    ttl: ttlOf(state),
    reasonIp: attributeOf(state, "reason_ip"),
    service: service ? mapService(service) : null,
  };
}

/** Of two parts of one port, one behind the other: of each element the first counts. */
export function joinBodies(first: PortBody, second: PortBody): PortBody {
  return { ...(first.hasState ? first : second), service: first.service ?? second.service };
}

export function portOf(
  protocol: Protocol,
  port: number,
  { state, reason, ttl, reasonIp, service }: PortBody,
  scripts: readonly ScriptResult[],
): NmapPort | null {
  return state === null ? null : { protocol, port, state, reason, ttl, reasonIp, service, scripts };
}

function mapService(service: ElementTree): Service {
  return {
    name: attributeOf(service, "name") ?? "unknown",
    product: attributeOf(service, "product"),
    version: attributeOf(service, "version"),
    extraInfo: attributeOf(service, "extrainfo"),
    tunnel: attributeOf(service, "tunnel"),
    method: attributeOf(service, "method") === "probed" ? "probed" : "table",
    confidence: numberOf(service, "conf") ?? 0,
    hostname: attributeOf(service, "hostname"),
    osType: attributeOf(service, "ostype"),
    deviceType: attributeOf(service, "devicetype"),
    cpes: childrenOf(service, "cpe").flatMap((cpe) => (typeof cpe._ === "string" ? [cpe._] : [])),
  };
}

/** A state that is not known stays a group: a reader that infers "all the others" must see that there are two. */
export function mapExtraPorts(extra: ElementTree): ExtraPorts {
  return {
    state: stateOf(attributeOf(extra, "state")) ?? "unknown",
    count: numberOf(extra, "count") ?? 0,
    reasons: childrenOf(extra, "extrareasons").map((reason) => {
      const ports = attributeOf(reason, "ports");
      const told = attributeOf(reason, "proto");
      const protocol = protocolOf(told);
      // The numbers of an `-sO` scan are none of ports.
      const isOther = told !== null && protocol === null;
      return {
        reason: singularReason(attributeOf(reason, "reason") ?? ""),
        count: numberOf(reason, "count") ?? 0,
        protocol,
        ports: isOther ? [] : ports === null ? null : parsePortRanges(ports, protocol ?? ""),
      };
    }),
  };
}

export const noScripts: readonly ScriptResult[] = [];

export function mapScripts(parent: ElementTree): readonly ScriptResult[] {
  const scripts = childrenOf(parent, "script");
  if (scripts.length === 0) return noScripts;
  return scripts.map((script) => ({
    id: attributeOf(script, "id") ?? "",
    output: attributeOf(script, "output") ?? "",
  }));
}
