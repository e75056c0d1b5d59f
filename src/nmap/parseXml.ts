/** nmap's XML, whole or cut, to `NmapDocument`. Reads no file and no network; a shard's XML is small, so xml2js does. */
import { Parser } from "xml2js";
import { cleanCharacters, notesOnForbidden } from "./characterReferences.js";
import type { NmapDocument } from "./document.js";
import type { ElementTree } from "./elementTree.js";
import { inspectXml } from "./inspectXml.js";
import { mapDocument } from "./mapDocument.js";

export interface ParsedXml {
  /**
   * `whole`: well-formed to its end. `cut`: it breaks off or is broken; only what is whole before the break is in
   * the document. `refused`: not nmap's, or not safe to read; the reason is the first note.
   */
  readonly form: "whole" | "cut" | "refused";
  /** Null where refused, or cut before the start tag ended. */
  readonly document: NmapDocument | null;
  readonly notes: readonly string[];
}

/**
 * Parses nmap's XML output (`-oX`). Never rejects: what is wrong with the text is in `form` and `notes`. That a
 * cut text already says `exit="success"` proves nothing; only `whole` does, with the process's own exit status.
 */
export async function parseNmapXml(xml: string): Promise<ParsedXml> {
  const clean = cleanCharacters(xml.startsWith("\uFEFF") ? xml.slice(1) : xml);
  const inspected = inspectXml(clean.text);
  if (inspected.kind === "refused") return { form: "refused", document: null, notes: [inspected.why] };
  const notes = [...notesOnForbidden(clean.forbidden), ...inspected.notes];
  if (inspected.xml === null) return { form: "cut", document: null, notes };
  try {
    const document = mapDocument(await treeOf(inspected.xml), notes);
    if (document.scanner !== "nmap")
      notes.push(`written by ${JSON.stringify(document.scanner)}, not by nmap`);
    return { form: inspected.kind, document, notes };
  } catch (error) {
    return {
      form: "refused",
      document: null,
      notes: [`it cannot be read: ${(error as Error).message}`, ...notes],
    };
  }
}

async function treeOf(xml: string): Promise<ElementTree> {
  // Attributes and children keep their own maps without a prototype (xml2js ≥ 0.5), so no name of theirs can harm.
  const parser = new Parser({ explicitRoot: false, explicitArray: true, async: false });
  const tree: unknown = await parser.parseStringPromise(xml);
  // A root without attributes and children comes back as its text.
  return typeof tree === "object" && tree !== null ? (tree as ElementTree) : {};
}
