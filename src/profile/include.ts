/**
 * The files a profile is made of. Where their texts come from is the caller's matter: the disk (`load.ts`), or what
 * was kept with a run. A file is read once, however many include it.
 */
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { ProfileText } from "../facts/profileText.js";
import { type Problem, plainText } from "./problem.js";
import { beginReading, listWithPaths, type Reading } from "./reading.js";
import type { ProfileContent } from "./schema.js";
import { checkShape } from "./shape.js";
import { readYaml } from "./yamlFile.js";

const MOST_FILES = 50;
const DEEPEST = 8;

/** The text of an included file, or why there is none. */
export type TextSource = (name: string) => { readonly text: string } | { readonly wrong: string };

/** One file of a profile, right in its shape. */
export interface Part {
  readonly content: ProfileContent;
  readonly reading: Reading;
}

export interface ProfileParts {
  /** The first is the profile itself, then what it includes, in that order. */
  readonly files: readonly ProfileText[];
  /** Without the files that are wrong in form or shape. */
  readonly parts: readonly Part[];
  /** What is wrong so far; the readings of the parts add to it. */
  readonly problems: readonly Problem[];
}

/** How an included file is called: its path, from where the including file's name starts. */
export function nameOfIncluded(including: string, include: string): string {
  return isAbsolute(include) ? normalize(include) : join(dirname(including), include);
}

/** Reads a profile and what it includes. */
export function readParts(root: ProfileText, source: TextSource): ProfileParts {
  const files: ProfileText[] = [];
  const parts: Part[] = [];
  const problems: Problem[] = [];
  const read = new Set<string>();

  /** `above`: the files that led here, the profile itself first. */
  function readFile(file: ProfileText, above: readonly string[]): void {
    files.push(file);
    const chain = [...above, normalize(file.name)];
    read.add(normalize(file.name));
    const part = readPart(file, above.length > 0, problems);
    if (part === null) return;
    parts.push(part);
    for (const { item, path } of listWithPaths(part.content.include ?? [], ["include"])) {
      const wrong = includeFile(nameOfIncluded(file.name, item), chain);
      if (wrong !== null) part.reading.complain(path, wrong);
    }
  }

  /** What is wrong with including it; null where nothing is. */
  function includeFile(name: string, chain: readonly string[]): string | null {
    const shown = plainText(name, 200);
    if (chain.includes(name)) {
      const circle = [...chain.slice(chain.indexOf(name)), name].map((each) => plainText(each, 200));
      return `files include each other in a circle: ${circle.join(" → ")}`;
    }
    if (read.has(name)) return null;
    if (chain.length > DEEPEST)
      return `\`${shown}\` is included ${chain.length} deep; ${DEEPEST} is the most`;
    if (files.length >= MOST_FILES) return `a profile has ${MOST_FILES} files at most`;
    const found = source(name);
    if ("wrong" in found) return `cannot include \`${shown}\`: it ${found.wrong}`;
    readFile({ name, text: found.text }, chain);
    return null;
  }

  readFile(root, []);
  return { files, parts, problems };
}

function readPart({ name, text }: ProfileText, isIncluded: boolean, problems: Problem[]): Part | null {
  const { yaml, problems: inForm } = readYaml(text);
  if (yaml === null) {
    problems.push(...inForm.map((problem) => ({ file: name, ...problem })));
    return null;
  }
  const reading = beginReading(name, yaml, problems);
  if (yaml.value === null) {
    if (isIncluded) return { content: {}, reading };
    problems.push({
      file: name,
      line: 1,
      column: 1,
      message: "the profile is empty; start with `version: 1`",
    });
    return null;
  }
  const { content, problems: inShape } = checkShape(yaml, { isIncluded });
  if (content === null) {
    problems.push(...inShape.map((problem) => ({ file: name, ...problem })));
    return null;
  }
  return { content, reading };
}
