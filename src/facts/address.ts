declare const addressBrand: unique symbol;

/**
 * An IP address in its canonical text: dotted quad, or RFC 5952 for IPv6 (lower case, shortest form, no
 * zone). Made by `scope/address.ts`, which is the one place that parses.
 */
export type Address = string & { readonly [addressBrand]: true };

export type Family = 4 | 6;
