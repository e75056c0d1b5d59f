/** The form of a note, checked: a file may come from anywhere. Unknown fields are refused, for they would be lost. */
import { createRequire } from "node:module";
import { CONFIDENCES, PORT_STATES, PROOFS } from "../facts/observation.js";
import { PROTOCOLS } from "../facts/port.js";
import { OUTCOMES, STAGES } from "../facts/run.js";
import { tryParseAddress } from "../scope/address.js";
import { parseNetwork } from "../scope/network.js";
import { LAST_SECOND } from "./attributeValues.js";
import { NOTE_MARK } from "./hostNote.js";

type Zod = typeof import("zod");

/** Few files hold notes, and zod takes a reader thread longer to load, and more memory, than all it needs else. */
const load = createRequire(import.meta.url);
let schemas: ReturnType<typeof makeSchemas> | null = null;

function makeSchemas(z: Zod) {
  const text = z.string();
  const orNull = z.string().nullable();
  const instant = z
    .int()
    .min(0)
    .max(LAST_SECOND * 1000 + 999);
  const number = z.number();
  const count = z.int().min(0);
  const port = { protocol: z.enum(PROTOCOLS), port: z.int().min(0).max(65_535) };

  const service = z.strictObject({
    name: text,
    product: orNull,
    version: orNull,
    extraInfo: orNull,
    tunnel: orNull,
    method: z.enum(["table", "probed"]),
    confidence: number,
    hostname: orNull,
    osType: orNull,
    deviceType: orNull,
    cpes: z.array(text),
  });

  const exact = z.strictObject({
    mac: text.optional(),
    vendor: text.optional(),
    names: z.array(text).optional(),
    cells: z
      .array(
        z.strictObject({
          ...port,
          reason: text,
          service: service.nullable(),
          scripts: z.array(z.strictObject({ id: text, output: text })),
        }),
      )
      .optional(),
  });

  const hostNoteSchema = z.strictObject({
    presence: z.enum(["alive", "silent", "vanished"]),
    aliveReason: orNull,
    grade: z.enum(["full", "positive-only"]),
    times: z.tuple([instant.nullable(), instant.nullable()]).optional(),
    cells: z.array(z.tuple([z.enum(PROOFS), z.enum(CONFIDENCES), text])).optional(),
    quiet: z
      .array(z.tuple([z.enum([...PORT_STATES, "closed-or-filtered"]), text, z.enum(PROOFS), orNull]))
      .optional(),
    holes: z
      .array(
        z.strictObject({ ...port, silentShare: number, neighboursAsked: count, neighboursAnswered: count }),
      )
      .optional(),
    holesUnjudged: text.optional(),
    exact: exact.optional(),
  });

  const share = z.number().min(0).max(1).nullable();
  const address = text.transform((each, context) => {
    const parsed = tryParseAddress(each);
    if (parsed !== null) return parsed;
    context.addIssue("no address");
    return z.NEVER;
  });
  const silenced = z.strictObject({
    address,
    lastAnswer: instant,
    lastSent: z.strictObject({ stage: z.enum(STAGES), ports: text, at: instant }).nullable(),
  });

  const runNoteSchema = z.strictObject({
    audit: orNull,
    vantage: text,
    realm: text,
    operator: text,
    startedAt: instant,
    endedAt: instant.nullable(),
    outcome: z.enum(OUTCOMES),
    why: orNull,
    method: z.enum(["raw", "connect"]),
    ports: text,
    targets: z.array(text),
    exclusions: z.array(text),
    addressCount: count,
    rate: number,
    nmapVersion: text,
    sources: z.array(address),
    recall: z.strictObject({ estimate: share, lower: share, upper: share, source: text }).optional(),
    silenced: z.array(silenced).optional(),
    disbelieved: z
      .array(
        z.strictObject({ place: text.refine(isPlace), flag: z.enum(["middlebox", "tarpit"]), why: text }),
      )
      .optional(),
  });
  return { host: hostNoteSchema, run: runNoteSchema };
}

function isPlace(place: string): boolean {
  try {
    parseNetwork(place);
    return true;
  } catch {
    return false;
  }
}

type Notes = ReturnType<typeof makeSchemas>;

export function parseHostNote(attribute: string | null) {
  return parseNote<Output<"host">>("host", attribute);
}

export function parseRunNote(attribute: string | null) {
  return parseNote<Output<"run">>("run", attribute);
}

type Output<K extends keyof Notes> = ReturnType<Notes[K]["parse"]>;

/** A note of this form; null where the text is none, a string where it is one that cannot be read, and why. */
function parseNote<T>(kind: keyof Notes, attribute: string | null): T | string | null {
  if (attribute?.startsWith("portreeve/") !== true) return null;
  if (!attribute.startsWith(NOTE_MARK)) return "it is of another version of portreeve";
  let json: unknown;
  try {
    json = JSON.parse(attribute.slice(NOTE_MARK.length));
  } catch {
    return "it is no JSON";
  }
  schemas ??= makeSchemas(load("zod") as Zod);
  const parsed = schemas[kind].safeParse(json);
  if (parsed.success) return parsed.data as T;
  const [issue] = parsed.error.issues;
  return `${issue?.path.join(".") || "it"}: ${issue?.message ?? "not of the form"}`;
}
