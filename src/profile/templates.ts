import type { ProfileLine } from "../facts/finding.js";
import { countPorts } from "../scope/portSet.js";
import { BUILT_IN_TEMPLATES, type BuiltInEntry } from "./builtInTemplates.js";
import { gatherDefinitions } from "./definitions.js";
import { type EntryNames, readEntries } from "./entry.js";
import type { Part } from "./include.js";
import { suggestWord } from "./nearWord.js";
import { readPortTexts } from "./portList.js";
import { plainText } from "./problem.js";
import type { Entry } from "./profile.js";
import { listWithPaths, type Reading } from "./reading.js";
import type { YamlPath } from "./yamlFile.js";

/** The entries of each template the profile defines, as a group takes them over. */
export type Templates = ReadonlyMap<string, readonly Entry[]>;

/** What a template's entries say of where they are written. */
export function nameTemplate(name: string): string {
  return `template ${name}`;
}

/** Reads `templates` of all files. */
export function readTemplates(parts: readonly Part[], names: EntryNames): Templates {
  const templates = new Map<string, readonly Entry[]>();
  for (const [name, { value, path, reading }] of gatherDefinitions(parts, "templates", "template")) {
    const writer = { writtenIn: nameTemplate(name), owner: null, depth: 1 };
    templates.set(name, readEntries(value, path, writer, names, reading));
  }
  return templates;
}

/** The entries that a group takes over by its `templates`: the profile's own template of a name, else the built-in one. */
export function takeTemplates(
  texts: string | readonly string[] | undefined,
  path: YamlPath,
  templates: Templates,
  reading: Reading,
): { readonly names: readonly string[]; readonly entries: readonly Entry[] } {
  const taken = new Map<string, readonly Entry[]>();
  for (const { item, path: at } of listWithPaths(texts ?? [], path)) {
    const builtIn = BUILT_IN_TEMPLATES.get(item);
    const own = templates.get(item);
    if (own !== undefined) taken.set(item, own);
    else if (builtIn !== undefined) taken.set(item, builtInEntries(item, builtIn, reading.lineOf(at)));
    else reading.complain(at, () => explainUnknown(item, templates));
  }
  return { names: [...taken.keys()], entries: [...taken.values()].flat() };
}

function explainUnknown(name: string, templates: Templates): string {
  const builtIn = [...BUILT_IN_TEMPLATES.keys()];
  const near = suggestWord(name, [...templates.keys(), ...builtIn]);
  return `unknown template \`${plainText(name)}\`${near || `; the built-in ones are ${builtIn.join(", ")}`}`;
}

/** A built-in template is written nowhere: its entries bear the line that asks for them. */
function builtInEntries(
  name: string,
  template: readonly BuiltInEntry[],
  line: ProfileLine,
): readonly Entry[] {
  return template.map(({ port, reason }) => {
    const ports = readPortTexts([port].flat());
    return {
      list: "allowed",
      text: [port].flat().join(", "),
      ports,
      width: countPorts(ports),
      service: null,
      product: null,
      version: null,
      from: null,
      closedFrom: [],
      owner: null,
      unreviewed: false,
      reason,
      severity: null,
      line,
      writtenIn: nameTemplate(name),
      depth: 1,
    };
  });
}
