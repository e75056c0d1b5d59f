import type { HostObservation, QuietGroup } from "../facts/observation.js";
import type { Port, PortSet } from "../facts/port.js";
import { cellCode } from "../history/cell.js";
import type { CellState } from "../history/proof.js";
import { hasPort, portSetOf } from "../scope/portSet.js";
import { type CellValue, cellValueId, hostValueId, serviceId } from "./intern.js";
import type { Ledger } from "./ledger.js";

/** What a run says of a host, with the ids of its values. */
export interface Said {
  readonly presence: HostObservation["presence"];
  /** Ids of host values; null where it tells none. */
  readonly occupant: number | null;
  readonly names: number | null;
  /** By `cellCode`: the ports that were open or unstable, with an identified service or null. */
  readonly cells: ReadonlyMap<number, { readonly value: number; readonly service: number | null }>;
  readonly quiet: readonly QuietGroup[];
  readonly covered: PortSet;
  /** The ids of the quiet groups' answers that were asked for: each is for many ports. */
  readonly answers: Map<QuietGroup, number>;
}

export interface OccupantValue {
  readonly mac: string;
  readonly vendor: string | null;
}

/** Whether a port with this answer has a track of its own from then on. */
export function isOpenOnce({ proof }: Pick<CellState, "proof">): boolean {
  return proof === "open" || proof === "unstable";
}

/** Gives the values ids; inside a write transaction. */
export function saidBy(ledger: Ledger, observation: HostObservation): Said {
  const { presence, mac, vendor, names, covered } = observation;
  const cells = new Map<number, { value: number; service: number | null }>();
  let quiet = observation.quiet;
  // Most ports of a host answer alike: then the id is that of the last one.
  let last: CellValue | null = null;
  let lastId = 0;
  for (const cell of observation.cells) {
    const { protocol, port, state, reason, proof, service } = cell;
    if (!isOpenOnce(cell)) {
      // An entry of its own that proves nothing open is one more quiet port.
      quiet = [...quiet, { state, reason, proof, ports: portSetOf([cell]) }];
      continue;
    }
    const guess = service?.method === "table" ? service.name : "";
    if (
      last === null ||
      last.reason !== reason ||
      last.state !== state ||
      last.proof !== proof ||
      last.guess !== guess
    ) {
      last = { state, reason, proof, guess };
      lastId = cellValueId(ledger, last);
    }
    cells.set(cellCode(protocol, port), {
      value: lastId,
      service: service?.method === "probed" ? serviceId(ledger, service) : null,
    });
  }
  return {
    presence,
    occupant: mac === null ? null : hostValueId(ledger, "occupant", { mac, vendor }),
    names: names.length === 0 ? null : hostValueId(ledger, "names", [...names].sort()),
    cells,
    quiet,
    covered,
    answers: new Map(),
  };
}

/** The id of what was said of a port; null where nothing was proved of it. */
export function answerOf(ledger: Ledger, said: Said, code: number, { protocol, port }: Port): number | null {
  const cell = said.cells.get(code);
  if (cell !== undefined) return cell.value;
  if (!hasPort(said.covered, protocol, port)) return null;
  const group = said.quiet.find(({ ports }) => hasPort(ports, protocol, port));
  if (group === undefined) return null;
  const known = said.answers.get(group);
  if (known !== undefined) return known;
  const { state, reason, proof } = group;
  const id = cellValueId(ledger, { state, reason, proof, guess: "" });
  said.answers.set(group, id);
  return id;
}
