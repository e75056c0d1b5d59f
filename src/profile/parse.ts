import { hash } from "node:crypto";
import { readDefaults } from "./defaults.js";
import { readGroups } from "./groups.js";
import { resolveNetworks } from "./namedNetworks.js";
import { resolveServices } from "./namedServices.js";
import { profileError } from "./problem.js";
import type { Profile } from "./profile.js";
import { beginReading } from "./reading.js";
import { checkShape } from "./shape.js";
import { readYaml } from "./yamlFile.js";

/**
 * Reads a profile's text. `file` is how messages and findings call it.
 * @throws PortreeveError `usage` with file, line and column of every problem (the first ten are shown)
 */
export function parseProfile(text: string, file: string): Profile {
  const yaml = readYaml(text, file);
  const shape = checkShape(yaml);
  if (shape.file === null) throw profileError(file, shape.problems);
  const reading = beginReading(file, yaml);
  const services = resolveServices(shape.file.services ?? {}, reading);
  const networks = resolveNetworks(shape.file.networks ?? {}, reading);
  const defaults = readDefaults(shape.file.defaults, services, reading);
  const groups = readGroups(shape.file.groups ?? [], { networks, services }, reading);
  if (reading.problems.length > 0) throw profileError(file, reading.problems);
  return { file, text, defaults, groups };
}

/** SHA-256 of the profile's text, in hex: a run keeps it to say what it was judged by. */
export function profileHash(profile: Profile): string {
  return hash("sha256", profile.text, "hex");
}
