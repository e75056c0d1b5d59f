import type { QuietGroup } from "../facts/observation.js";
import type { Port } from "../facts/port.js";
import type { Instant } from "../facts/run.js";
import type { HostView } from "../facts/view.js";
import { hasPort } from "../scope/portSet.js";

export type Row = HostView["ports"][number];

/** What one run proved of one port. */
export type PortLook =
  | { readonly is: "open"; readonly row: Row }
  /** Open, and the host (or what stands before it) opens for everybody. */
  | { readonly is: "flagged"; readonly row: Row }
  /** `row` null: it never was open, and how long it has been so is not known. */
  | { readonly is: "closed" | "refused" | "silent"; readonly row: Row | null }
  /** Not covered, or what came back proves nothing: silence of a UDP port never does. */
  | { readonly is: "unknown" };

const UNKNOWN: PortLook = { is: "unknown" };

/** Looks a port of a host up: in its rows, else among the quiet ports. */
export function lookAt(host: HostView, { protocol, port }: Port): PortLook {
  if (!hasPort(host.covered, protocol, port)) return UNKNOWN;
  const row = host.ports.find((each) => each.port === port && each.protocol === protocol);
  if (row !== undefined) return lookAtRow(row);
  const group = host.quiet.find(({ ports }) => hasPort(ports, protocol, port));
  return group === undefined ? UNKNOWN : lookAtQuiet(group, protocol);
}

export function lookAtQuiet({ proof }: QuietGroup, protocol: Port["protocol"]): PortLook {
  return lookAtRefusal(proof, protocol, null);
}

export function lookAtRow(row: Row): PortLook {
  if (!row.covered) return UNKNOWN;
  if (isOpen(row)) return { is: isFlagged(row) ? "flagged" : "open", row };
  return lookAtRefusal(row.proof, row.protocol, row);
}

function lookAtRefusal(proof: QuietGroup["proof"], protocol: Port["protocol"], row: Row | null): PortLook {
  if (proof === "closed" || proof === "refused") return { is: proof, row };
  if (proof === "silent" && protocol !== "udp") return { is: "silent", row };
  return UNKNOWN;
}

/** Whether a row's port is open: an answer, not the `open|filtered` of silence. */
export function isOpen({ state, proof }: Pick<Row, "state" | "proof">): boolean {
  return state === "open" && (proof === "open" || proof === "unstable");
}

/** Whether the port answers for everybody, so that "open" says nothing of a service. */
export function isFlagged({ confidence }: Pick<Row, "confidence">): boolean {
  return confidence === "tarpit" || confidence === "middlebox";
}

/** Whether a row raises an alarm: confirmed in the run, or seen by an earlier covering run too; never one that flaps. */
export function isConfirmed(
  run: { readonly startedAt: Instant },
  { confidence, firstSeen }: Pick<Row, "confidence" | "firstSeen">,
): boolean {
  if (confidence === "flapping") return false;
  return confidence === "confirmed" || firstSeen < run.startedAt;
}

/**
 * Whether silence counts: seen by an earlier covering run too, or the profile asks for one run only. Of a port that
 * never was open nothing tells.
 */
export function isBelieved(row: Row, run: { readonly startedAt: Instant }, confirmRuns: 1 | 2): boolean {
  return confirmRuns === 1 || row.firstSeen < run.startedAt;
}

/** A key for what is at one place: `10.0.0.1 22/tcp`, or `10.0.0.1` for the host itself. */
export function placeOf(
  address: string,
  port: { readonly protocol: string | null; readonly port: number | null } | null,
): string {
  return port === null || port.protocol === null ? address : `${address} ${port.port}/${port.protocol}`;
}
