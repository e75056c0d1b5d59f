import fc from "fast-check";
import type { Family } from "../../src/facts/address.js";

/** Numbers of either family, with the zero groups and edges that IPv6 text is about. */
export const anyAddressNumber: fc.Arbitrary<{ family: Family; number: bigint }> = fc.oneof(
  fc.bigInt(0n, 0xffff_ffffn).map((number) => ({ family: 4 as const, number })),
  fc.bigInt(0n, (1n << 128n) - 1n).map((number) => ({ family: 6 as const, number })),
  fc.bigInt(0xffff_0000_0000n, 0xffff_ffff_ffffn).map((number) => ({ family: 6 as const, number })),
  fc.array(fc.constantFrom(0n, 0n, 1n, 0xffffn, 0xabcn), { minLength: 8, maxLength: 8 }).map((groups) => ({
    family: 6 as const,
    number: groups.reduce<bigint>((sum, group) => (sum << 16n) | group, 0n),
  })),
);
