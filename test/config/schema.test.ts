import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AuditSchema, ConfigSchema, configJsonSchema } from "../../src/config/schema.js";

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly propertyNames?: { readonly pattern?: string };
}

describe("configJsonSchema", () => {
  const schema = configJsonSchema() as Node;

  it("describes every key, so that editors can", () => {
    const audit = schema.properties?.audits?.additionalProperties as Node;
    for (const [name, key] of Object.entries({ ...schema.properties, ...audit.properties })) {
      expect(key.description, name).toMatch(/\S/);
    }
  });

  it("knows the same keys as the check, and no others", () => {
    const audit = schema.properties?.audits?.additionalProperties as Node;
    expect(Object.keys(schema.properties ?? {})).toEqual(Object.keys(ConfigSchema.shape));
    expect(Object.keys(audit.properties ?? {})).toEqual(Object.keys(AuditSchema.shape));
    expect([schema.additionalProperties, audit.additionalProperties]).toEqual([false, false]);
  });

  it("has each key in the full example", () => {
    const text = readFileSync(new URL("../../fixtures/config/full.yaml", import.meta.url), "utf8");
    for (const key of [...Object.keys(ConfigSchema.shape), ...Object.keys(AuditSchema.shape)]) {
      if (key === "rate" || key === "pace" || key === "ports") continue; // rivals stand in different audits
      expect(text, key).toMatch(new RegExp(`^ *${key}:`, "m"));
    }
  });
});
