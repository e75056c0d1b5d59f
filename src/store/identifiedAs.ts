import type { Service } from "../facts/observation.js";
import { serviceOf } from "./intern.js";
import type { Ledger } from "./ledger.js";

/** One object for each guessed name: it is on thousands of rows. */
const guesses = new Map<string, Service>();

/** The service that was identified, else nmap's name for the port's number, else nothing. @param id of `service_value` */
export function identifiedAs(ledger: Ledger, id: number | null, guess: string): Service | null {
  if (id !== null) return serviceOf(ledger, id);
  if (guess === "") return null;
  const known = guesses.get(guess) ?? guessedService(guess);
  guesses.set(guess, known);
  return known;
}

/** With the confidence (3 of 10) that nmap gives such names itself. */
function guessedService(name: string): Service {
  return {
    name,
    product: null,
    version: null,
    extraInfo: null,
    tunnel: null,
    method: "table",
    confidence: 3,
    hostname: null,
    osType: null,
    deviceType: null,
    cpes: [],
  };
}
