import type { PeriodRow } from "../facts/answer.js";
import type { Port } from "../facts/port.js";
import { cellCode, portOfCode } from "../history/cell.js";
import { cellPeriods, periodRow, quietTracksOf } from "./cellPeriods.js";
import { chosenHosts, type HostChoice } from "./chosenHosts.js";
import type { Ledger } from "./ledger.js";
import { isOpenOnce } from "./said.js";
import { readTracks } from "./track.js";
import { isOfAudit, type Moment, type VantageAt, vantagesAtMoment } from "./vantageAt.js";

export interface PeriodFilter extends Moment, HostChoice {
  readonly port?: Port;
  readonly audit?: string;
}

/**
 * Every period of the ports that were open once by the moment, or of the named port whether it was or not: by address
 * and port, the oldest period of each first.
 */
export function periodRows(ledger: Ledger, filter: PeriodFilter): PeriodRow[] {
  return ledger.read(() =>
    vantagesAtMoment(ledger, filter).flatMap((at) =>
      chosenHosts(ledger, at.realm, filter).flatMap(({ id, address }) => {
        const quiet = quietTracksOf(ledger, at, id);
        const codes = filter.port === undefined ? portsWithSpans(ledger, at, id) : [codeOf(filter.port)];
        return codes.flatMap((code) => {
          const port = portOfCode(code);
          if (filter.audit !== undefined && !isOfAudit(at, id, port, filter.audit)) return [];
          const periods = cellPeriods(ledger, at, id, port, quiet);
          if (filter.port === undefined && !periods.some(({ value }) => isOpenOnce(value))) return [];
          return periods.map((period) => periodRow(at, address, port, period));
        });
      }),
    ),
  );
}

function codeOf({ protocol, port }: Port): number {
  return cellCode(protocol, port);
}

function portsWithSpans(ledger: Ledger, { vantage, key }: VantageAt, host: number): number[] {
  const tracks = readTracks(ledger, { table: "span", host, vantage }, key);
  return [...tracks.keys()].map(Number).sort((a, b) => a - b);
}
