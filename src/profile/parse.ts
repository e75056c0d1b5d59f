import { hash } from "node:crypto";
import { normalize } from "node:path";
import { PortreeveError } from "../facts/error.js";
import type { ProfileText } from "../facts/profileText.js";
import { readDefaults } from "./defaults.js";
import { readExceptions } from "./exceptions.js";
import { readGroups } from "./groups.js";
import { readHosts } from "./hosts.js";
import { readParts, type TextSource } from "./include.js";
import { readNamedNetworks } from "./namedNetworks.js";
import { readNamedServices } from "./namedServices.js";
import { profileError } from "./problem.js";
import type { Profile } from "./profile.js";
import { readTemplates } from "./templates.js";
import { namesOfVantages, readVantages } from "./vantages.js";

/**
 * Reads a profile's text. `file` is how messages and findings call it; `included` holds the texts of the files that
 * it includes, by the names that `nameOfIncluded` gives them.
 * @throws PortreeveError `usage` with file, line and column of every problem (the first ten are shown)
 */
export function parseProfile(text: string, file: string, included: readonly ProfileText[] = []): Profile {
  const texts = new Map(included.map(({ name, text }) => [normalize(name), text]));
  return parseFrom({ name: file, text }, (name) => {
    const found = texts.get(name);
    return found === undefined ? { wrong: "is not among the files of this profile" } : { text: found };
  });
}

/** Like `parseProfile`, with the texts of included files from `source`. */
export function parseFrom(root: ProfileText, source: TextSource): Profile {
  const { files, parts, problems } = readParts(root, source);
  const names = files.map(({ name }) => name);
  if (problems.length > 0) throw profileError(names, problems);
  const services = readNamedServices(parts);
  const vantages = readVantages(parts);
  const words = { services, vantages: namesOfVantages(vantages) };
  const named = { ...words, networks: readNamedNetworks(parts), templates: readTemplates(parts, words) };
  const profile: Profile = {
    file: root.name,
    files,
    vantages,
    hosts: readHosts(parts, words.vantages),
    defaults: readDefaults(parts, services),
    groups: readGroups(parts, named),
    exceptions: readExceptions(parts, named),
  };
  // The sections add to the problems as they are read.
  if (problems.length > 0) throw profileError(names, problems);
  return profile;
}

/**
 * Reads again a profile that was kept as `Profile.files`.
 * @throws PortreeveError `failed` where there is no file; `usage` where this portreeve no longer takes what is written
 */
export function profileFromTexts(files: readonly ProfileText[]): Profile {
  const [root, ...included] = files;
  if (root === undefined) throw new PortreeveError("failed", "the profile that was kept has no files");
  return parseProfile(root.text, root.name, included);
}

/**
 * What a run keeps to say by which profile it was judged: the SHA-256 of the text in hex, or of several files the
 * SHA-256 of their texts as a JSON list. Where the files lie is no part of it: `include` says how they hang together.
 */
export function profileHash({ files }: Profile): string {
  const [only, ...more] = files.map(({ text }) => text);
  return hash(
    "sha256",
    only !== undefined && more.length === 0 ? only : JSON.stringify([only, ...more]),
    "hex",
  );
}
