import type { PortSet } from "../facts/port.js";
import { portOfCode } from "../history/cell.js";
import { quietGroupsOf } from "../history/quietTrack.js";
import { stateAt } from "../history/span.js";
import { emptyPortSet, portSetOf, unionPorts } from "../scope/portSet.js";
import { portsetOf, quietOf } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { RunLook } from "./runLook.js";
import { readTracks } from "./track.js";

/** The ports of a host that a run covered, that never were open, and whose answer says nothing. */
export type MuteQuiet = (look: RunLook, host: number) => PortSet;

/** One reader for many hosts of a vantage: most histories have no such answer at all, and then nothing is read. */
export function muteQuiet(ledger: Ledger, vantage: number): MuteQuiet {
  const values = ledger.numbers("SELECT id FROM quiet_value").all();
  const mute = new Set(values.filter((id) => quietOf(ledger, id).some(([, , proof]) => proof === "none")));
  if (mute.size === 0) return () => emptyPortSet;
  return (look, host) => {
    const tracks = readTracks(ledger, { table: "quiet", host, vantage }, look.key);
    const found = (look.portsets(host) ?? []).flatMap((portset) => {
      const span = portset === 0 ? null : stateAt(tracks.get(portset) ?? [], look.key);
      if (span === null || !mute.has(span.value)) return [];
      const cells = readTracks(ledger, { table: "span", host, vantage }, Number.MAX_SAFE_INTEGER);
      const ownSpans = portSetOf([...cells.keys()].map((code) => portOfCode(Number(code))));
      const ground = { covered: portsetOf(ledger, portset), ownSpans };
      return quietGroupsOf(quietOf(ledger, span.value), ground)
        .filter(({ proof }) => proof === "none")
        .map(({ ports }) => ports);
    });
    return unionPorts(...found);
  };
}
