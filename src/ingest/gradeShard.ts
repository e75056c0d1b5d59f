/** How a process came to its end, as far as its grade depends on it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** `exited`, or what ended it: the watchdog, a cancel, the output limit. */
  readonly ended: string;
}

export interface XmlForm {
  readonly form: "whole" | "cut" | "refused";
  /** `<finished exit="…">`; null where the file has none. */
  readonly finishedExit: "success" | "error" | null;
}

export type ShardGrade = { readonly grade: "whole" } | { readonly grade: "failed"; readonly why: string };

/**
 * Whether silence in a shard may count. All must agree: the process exited 0 by itself, the XML is whole, and it says
 * success. A cut file may already hold `exit="success"` (174 of 1,132 cuts did), and an exit status of 0 was seen with
 * a cut file. Answers count whatever the grade.
 */
export function gradeShard(end: ProcessEnd, xml: XmlForm): ShardGrade {
  if (end.ended !== "exited") return { grade: "failed", why: `nmap was ended: ${end.ended}` };
  if (end.signal !== null) return { grade: "failed", why: `nmap was ended by ${end.signal}` };
  if (end.code !== 0) return { grade: "failed", why: `nmap exited with status ${end.code ?? "unknown"}` };
  if (xml.form === "cut") return { grade: "failed", why: "nmap exited with success, but its XML breaks off" };
  if (xml.form === "refused") return { grade: "failed", why: "what nmap wrote is not its XML" };
  if (xml.finishedExit !== "success") return { grade: "failed", why: "nmap's XML does not say success" };
  return { grade: "whole" };
}
