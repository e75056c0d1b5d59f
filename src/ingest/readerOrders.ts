/** What the importing thread and a reader thread say to each other. Each order has a number of its own. */
import type { FileRun } from "../nmap/fileRun.js";
import type { ScanFacts } from "../nmap/scanFacts.js";
import type { DocumentEnd } from "./documentReading.js";
import type { Form, HostChunk } from "./hostSink.js";
import type { Plans } from "./readHosts.js";
import type { FilePart, PartEnd } from "./readPart.js";

export type Order =
  | { readonly do: "survey"; readonly order: number; readonly path: string }
  | {
      readonly do: "read";
      readonly order: number;
      readonly path: string;
      readonly plans: Plans | null;
      readonly form: Form;
      /** Bytes of hosts that may be on their way: then the reader waits until some were taken. */
      readonly mostUntaken: number;
      /** Others come, and may say the same. */
      readonly isOneOfMany: boolean;
    }
  | {
      readonly do: "part";
      readonly order: number;
      readonly path: string;
      readonly part: FilePart;
      readonly form: Form;
      readonly mostUntaken: number;
    }
  | { readonly do: "taken"; readonly order: number; readonly size: number }
  | { readonly do: "stop"; readonly order: number };

export type Report =
  | { readonly tell: "surveyed"; readonly order: number; readonly ends: readonly DocumentEnd[] }
  | { readonly tell: "hosts"; readonly order: number; readonly document: number; readonly chunk: HostChunk }
  /** It waits for hosts to be taken. */
  | { readonly tell: "waiting"; readonly order: number }
  | { readonly tell: "read"; readonly order: number; readonly ends: readonly (DocumentEnd | null)[] }
  | { readonly tell: "begun"; readonly order: number; readonly run: FileRun; readonly scan: ScanFacts }
  | { readonly tell: "part"; readonly order: number; readonly end: PartEnd | null }
  | { readonly tell: "failed"; readonly order: number; readonly why: string };
