import { portOfCode } from "../history/cell.js";
import type { Key } from "../history/span.js";
import type { StoreCheck } from "./checkStore.js";
import { eachSpan } from "./eachSpan.js";
import type { Ledger } from "./ledger.js";
import type { RunLook } from "./runLook.js";
import { type VantageAt, vantagesAtMoment } from "./vantageAt.js";

/** More of a kind than these say nothing new. */
const SHOWN_FAULTS = 10;

/**
 * Each span begins and ends with a run that proved something of its cell: one that names no run, or a run that did not
 * cover the cell, tells of what nobody saw.
 */
export function checkSpans(ledger: Ledger): StoreCheck {
  const name = "ends of spans";
  try {
    return { name, ...endsOfSpans(ledger) };
  } catch (error) {
    // What they are held against is damaged itself: the other checks say how.
    if (!(error instanceof RangeError)) throw error;
    return { name, looked: 0, faults: [`they cannot be read: ${error.message}`] };
  }
}

function endsOfSpans(ledger: Ledger): Omit<StoreCheck, "name"> {
  const faults: string[] = [];
  let looked = 0;
  for (const at of vantagesAtMoment(ledger, {})) {
    const say = (what: string, key: Key, fault: string): void => {
      if (faults.length < SHOWN_FAULTS) faults.push(`${what} of vantage ${at.name}: ${fault} (key ${key})`);
    };
    const expect = (what: string, key: Key | null, isProof: (look: RunLook) => boolean): void => {
      if (key === null) return;
      looked += 1;
      const look = at.byKey.get(key);
      if (look === undefined) say(what, key, "a span begins or ends with no run");
      else if (!isProof(look))
        say(what, key, `a span begins or ends with run ${look.run.id}, which did not cover it`);
    };
    eachSpan(ledger, at.vantage, (host, code, from, _, until) => {
      const { protocol, port } = portOfCode(code);
      const isProof = (look: RunLook) => look.proved(host, protocol, port);
      expect(`host ${host}, ${port}/${protocol}`, from, isProof);
      expect(`host ${host}, ${port}/${protocol}`, until, isProof);
    });
    checkOthers(ledger, at, expect);
  }
  return { looked, faults };
}

type OtherSpan = [host: number, track: number | string, from: Key, until: Key | null];

/** Of services, quiet ports and hosts. */
function checkOthers(
  ledger: Ledger,
  { vantage, view }: VantageAt,
  expect: (what: string, key: Key | null, isProof: (look: RunLook) => boolean) => void,
): void {
  const each = (
    table: string,
    track: string,
    isProof: (look: RunLook, host: number, track: number | string) => boolean,
  ) => {
    const rows = ledger.rows<OtherSpan>(
      `SELECT host, ${track}, from_key, until_key FROM ${table} WHERE vantage = ?`,
    );
    for (const [host, name, from, until] of rows.all(vantage)) {
      for (const key of [from, until]) {
        expect(`host ${host}, ${table} ${name}`, key, (look) => isProof(look, host, name));
      }
    }
  };
  each("service_span", "protoport", (look, host, code) => {
    const { protocol, port } = portOfCode(Number(code));
    return look.proved(host, protocol, port);
  });
  each("quiet", "portset", (look, host, portset) => look.portsets(host)?.includes(Number(portset)) === true);
  each("host_span", "track", (look, host) => view.byKey.get(look.key)?.coverage().covered(host) !== null);
}
