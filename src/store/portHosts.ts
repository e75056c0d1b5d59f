import { decodeHostset, encodeHostset, type Hostset } from "../history/hostset.js";
import type { Ledger } from "./ledger.js";

/** The hosts that ever had a span of the port, at any vantage. */
export function hostsOfPort(ledger: Ledger, protoport: number): Hostset {
  const hosts = ledger.numbers("SELECT DISTINCT host FROM span WHERE protoport = ?").all(protoport);
  return decodeHostset(encodeHostset(hosts));
}
