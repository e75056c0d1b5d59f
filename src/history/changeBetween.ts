import type { Service } from "../facts/observation.js";
import type { ChangeKind } from "../facts/view.js";
import type { CellState } from "./proof.js";

/**
 * What happened to a port between two runs that both covered it (history.md rule 9); null where nothing did that has
 * a name. `first-seen` is no change.
 * @param before the last state an earlier run proved, an `unstable` one left out; null where none did
 * @param everOpen whether any earlier run saw it open
 */
export function changeBetween(
  before: CellState | null,
  now: CellState,
  everOpen: boolean,
): ChangeKind | null {
  if (now.proof === "open") {
    if (before === null) return "first-seen";
    if (before.proof === "open") return null;
    return everOpen ? "reopened" : "opened";
  }
  if (before?.proof !== "open") return null;
  if (now.proof === "closed") return "closed";
  if (now.proof === "refused") return "refused";
  if (now.proof === "silent") return "went-silent";
  return null;
}

/** Whether two identifications name one service: name, TLS, product and version; extra text wobbles. */
export function isSameService(a: Service, b: Service): boolean {
  return a.name === b.name && a.tunnel === b.tunnel && a.product === b.product && a.version === b.version;
}

/** `ssl/http nginx 1.24.0`, for a change row. Hostile text: escape it where it is shown. */
export function describeService(service: Service): string {
  const name = service.tunnel === null ? service.name : `${service.tunnel}/${service.name}`;
  return [name, service.product, service.version].filter((part) => part !== null && part !== "").join(" ");
}

/**
 * What happened to a host's being alive.
 * @param before what the last earlier run that asked it found; null where none asked
 */
export function presenceChange(
  before: "alive" | "silent" | "vanished" | null,
  now: "alive" | "silent" | "vanished",
): ChangeKind | null {
  if (now === "alive") return before === "vanished" || before === "silent" ? "host-appeared" : null;
  return now === "vanished" && before === "alive" ? "host-vanished" : null;
}
