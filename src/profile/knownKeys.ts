import { z } from "zod";
import { ProfileFileSchema } from "./schema.js";

type Schema = z.core.$ZodType;

/** The keys that may stand at `path`, for suggestions; none where the keys are the user's own. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schemas = unfold(ProfileFileSchema);
  for (const part of path) schemas = schemas.flatMap((schema) => stepInto(schema, part));
  return [
    ...new Set(schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))),
  ];
}

/** What may stand where `schema` does: the branches of a union, whatever is wrapped around them. */
function unfold(schema: Schema): readonly Schema[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return unfold(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unfold);
  return [schema];
}

function stepInto(schema: Schema, part: PropertyKey): readonly Schema[] {
  if (schema instanceof z.ZodObject) {
    const inner: unknown = Reflect.get(schema.shape, part);
    return inner instanceof z.ZodType ? unfold(inner) : [];
  }
  if (schema instanceof z.ZodArray) return unfold(schema.element);
  if (schema instanceof z.ZodRecord) return unfold(schema.valueType);
  return [];
}
