import { describe, expect, it } from "vitest";
import { resolveAudit } from "../../src/config/audit.js";
import { settleConfig } from "../../src/config/config.js";
import { parseConfig } from "../../src/config/load.js";

const config = parseConfig(
  [
    "vantage: office",
    "rate: 800",
    "host_rate: 50",
    "ports: 22,80",
    "exclude: [10.0.0.1]",
    "exclude_file: clinic.txt",
    "max_age: 7d",
    "audits:",
    "  plain: { targets: [10.0.0.0/24] }",
    "  paced: { targets: [10.0.1.0/24], pace: gentle }",
    "  rated: { targets: [10.0.2.0/24], rate: 90 }",
    "  top: { targets: [10.0.3.0/24], top_ports: 100, exclude: [10.0.3.9], exclude_file: [b.txt], fail_on: low }",
    "  constructor: { targets: [10.0.4.0/24] }",
  ].join("\n"),
  "/etc/c.yaml",
  null,
);

describe("resolveAudit", () => {
  it("lays an audit over the top level", () => {
    expect(resolveAudit(config, "plain")).toMatchObject({
      name: "plain",
      targets: ["10.0.0.0/24"],
      vantage: "office",
      realm: "default",
      rate: 800,
      hostRate: 50,
      ports: "22,80",
      udp: false,
      maxAge: 604_800_000,
      maxAddresses: 4096,
      minCoverage: 0.99,
      failOn: null,
    });
  });

  it("adds exclusions up, so that an audit never lifts one", () => {
    const audit = resolveAudit(config, "top");
    expect(audit.exclude).toEqual(["10.0.0.1", "10.0.3.9"]);
    expect(audit.excludeFiles).toEqual(["/etc/clinic.txt", "/etc/b.txt"]);
  });

  it("takes ports and top_ports from one level only", () => {
    expect(resolveAudit(config, "top")).toMatchObject({ ports: null, topPorts: 100, failOn: "low" });
  });

  it("does not undo an audit's pace with the top level's rate", () => {
    expect(resolveAudit(config, "paced")).toMatchObject({ pace: "gentle", rate: null, hostRate: null });
    expect(resolveAudit(config, "rated")).toMatchObject({ rate: 90, hostRate: null });
  });

  it("takes a name with its @, and none for the top level alone", () => {
    expect(resolveAudit(config, "@plain").name).toBe("plain");
    expect(resolveAudit(config, null)).toMatchObject({ name: null, targets: [], vantage: "office" });
  });

  it("treats a name that every object has like any other", () => {
    expect(resolveAudit(config, "constructor").targets).toEqual(["10.0.4.0/24"]);
    expect(() => resolveAudit(config, "toString")).toThrow(/Unknown audit/);
  });

  it("suggests the nearest name for an unknown audit", () => {
    expect(() => resolveAudit(config, "plian")).toThrow(
      'Unknown audit "plian": /etc/c.yaml has none of that name; did you mean "plain"?',
    );
    const empty = settleConfig({}, null, { base: "/", home: null });
    expect(() => resolveAudit(empty, "dmz")).toThrow('Unknown audit "dmz": there is no portreeve.yaml');
  });
});
