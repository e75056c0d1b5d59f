/** How far a file may be believed. */
import type { NmapFinish } from "../nmap/document.js";
import type { RunNote } from "../nmap/runNote.js";
import { whyIncomplete } from "../nmap/scanFacts.js";
import type { Form } from "../nmap/xmlWalk.js";
import type { BytesBreak } from "./fileBytes.js";

export type FileGrade =
  | { readonly grade: "complete" }
  /** Its whole hosts are kept. */
  | { readonly grade: "partial"; readonly why: string }
  | { readonly grade: "refused"; readonly why: string };

export interface GradedParts {
  readonly form: Form;
  /** Null where the file does not reach that far. */
  readonly finished: NmapFinish | null;
  readonly hosts: number;
  readonly timedOut: number;
  readonly bytesBreak: BytesBreak | null;
  /** Of an export of ours: it tells how its run ended, and `exit="error"` is only its way to say so to others. */
  readonly note: RunNote | null;
}

/**
 * An old or missing `exit` counts for nothing: the form tells. In a cut file `exit="success"` counts for nothing either.
 */
export function gradeFile(parts: GradedParts): FileGrade {
  const { form, bytesBreak, timedOut, note } = parts;
  if (bytesBreak?.isRefused) return { grade: "refused", why: bytesBreak.why };
  if (form.form === "refused") return { grade: "refused", why: form.why };
  const why = whyBroken(parts);
  if (why !== null) return { grade: "partial", why };
  if (note !== null)
    return note.outcome === "complete"
      ? { grade: "complete" }
      : { grade: "partial", why: whyIncomplete(note) };
  if (timedOut > 0)
    return {
      grade: "partial",
      why: `${counted(timedOut, "host")} timed out: of ${timedOut === 1 ? "it" : "them"} only what answered counts`,
    };
  return { grade: "complete" };
}

/** Why nothing but answers of the file's hosts counts; null where its silence may count. */
export function whyBroken({ form, finished, hosts, bytesBreak, note }: GradedParts): string | null {
  if (form.form === "cut") {
    const before = form.hasRoot ? `after ${counted(hosts, "whole host")}` : "before it begins";
    return `it breaks off ${before}: ${bytesBreak?.why ?? form.why}`;
  }
  if (bytesBreak !== null) return bytesBreak.why;
  if (finished === null) return "it does not say that the scan came to its end (no <finished>)";
  if (note !== null) return null;
  if (finished.exit === "error" || finished.errorMessage !== null)
    return `the scan ended with an error: ${finished.errorMessage ?? "nmap does not say which"}`;
  return null;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
