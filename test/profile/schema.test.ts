import { expect, test } from "vitest";
import { profileJsonSchema } from "../../src/profile/schema.js";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly required?: readonly string[];
}

test("the JSON Schema names every key and allows no other", () => {
  const schema = profileJsonSchema() as Schema;
  expect(Object.keys(schema.properties ?? {})).toEqual([
    "version",
    "defaults",
    "networks",
    "services",
    "groups",
  ]);
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(["version"]);
  const groups = schema.properties?.groups?.anyOf?.find(({ items }) => items !== undefined)?.items;
  expect(groups?.required).toEqual(["id"]);
  expect(groups?.additionalProperties).toBe(false);
});

test("the JSON Schema's pattern of a port tells ports from what is none", () => {
  const groups = (profileJsonSchema() as Schema).properties?.groups?.anyOf?.find(
    ({ items }) => items !== undefined,
  )?.items;
  const list = groups?.properties?.allowed?.anyOf?.find(({ items }) => items !== undefined)?.items;
  const entry = list?.anyOf?.find(({ pattern }) => pattern !== undefined);
  const pattern = new RegExp(entry?.pattern ?? "$^", "u");
  for (const text of ["22/tcp", "8000-8100/udp", "ssh", "web-front"]) expect(pattern.test(text)).toBe(true);
  for (const text of ["22", "22/icmp", "tcp/22", ""]) expect(pattern.test(text)).toBe(false);
});
