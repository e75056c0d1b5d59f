import { hash } from "node:crypto";
import type { Finding } from "../facts/finding.js";

/**
 * What a finding is called from week to week: the first 16 hex digits of SHA-256 over the JSON array of what it is
 * about. Nothing that changes (severity, owner, wording, time) is in it.
 */
export function fingerprintOf(
  about: Pick<Finding, "realm" | "vantage" | "rule" | "address" | "protocol" | "port">,
): string {
  const { realm, vantage, rule, address, protocol, port } = about;
  const text = JSON.stringify([realm, vantage, rule, address, protocol, port]);
  return hash("sha256", text, "hex").slice(0, 16);
}
