import { isIP } from "node:net";
import { z } from "zod";

declare const addressBrand: unique symbol;

/**
 * An IP address in its canonical text: dotted quad, or RFC 5952 for IPv6 (lower case, shortest form, no
 * zone). Made by `scope/address.ts`, which is the one place that parses.
 */
export type Address = string & { readonly [addressBrand]: true };

export type Family = 4 | 6;

export const AddressSchema = z
  .string()
  .refine((text) => isIP(text) !== 0, "not an IP address")
  .transform((text) => text as Address);
