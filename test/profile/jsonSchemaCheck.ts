/** The keywords of JSON Schema that zod's draft 7 uses; any other is an error, so that nothing goes unchecked. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What is wrong with `value`, as `path: why`; empty where it fits. Written from the draft, not from zod. */
export function checkBySchema(schema: JsonSchema, value: unknown, path = "$"): readonly string[] {
  const wrong = (why: string) => [`${path}: ${why}`];
  const { anyOf, type } = schema;
  if (schema.const !== undefined && schema.const !== value) return wrong("is not the constant");
  if (schema.enum !== undefined && !schema.enum.includes(value)) return wrong("is none of the words");
  if (anyOf?.every((branch) => checkBySchema(branch, value, path).length > 0)) return wrong("fits no branch");
  if (type !== undefined && !isOfType(value, type)) return wrong(`is no ${type}`);
  if (typeof value === "string") return checkText(schema, value).flatMap(wrong);
  if (typeof value === "number") {
    const isInside = value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
    return isInside ? [] : wrong("is out of range");
  }
  if (Array.isArray(value)) {
    const { items, minItems = 0 } = schema;
    if (value.length < minItems) return wrong("has too few items");
    return items === undefined
      ? []
      : value.flatMap((item, index) => checkBySchema(items, item, `${path}[${index}]`));
  }
  return typeof value === "object" && value !== null ? checkMap(schema, value, path) : [];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function checkText({ minLength = 0, maxLength, pattern }: JsonSchema, text: string): readonly string[] {
  const length = [...text].length;
  if (length < minLength || length > (maxLength ?? length)) return ["has a wrong length"];
  return pattern !== undefined && !new RegExp(pattern, "u").test(text) ? [`does not match ${pattern}`] : [];
}

function checkMap(schema: JsonSchema, map: object, path: string): readonly string[] {
  const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(map, key));
  const inside = Object.entries(map).flatMap(([key, value]: [string, unknown]) => {
    const at = `${path}.${key}`;
    const name = schema.propertyNames === undefined ? [] : checkBySchema(schema.propertyNames, key, at);
    const own = schema.properties?.[key] ?? schema.additionalProperties;
    if (own === false) return [...name, `${at}: is an unknown key`];
    return own === undefined ? name : [...name, ...checkBySchema(own, value, at)];
  });
  return [...missing.map((key) => `${path}.${key}: is missing`), ...inside];
}

const KEYWORDS = new Set([
  "$schema",
  "title",
  "description",
  "type",
  "const",
  "enum",
  "anyOf",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
  "items",
  "minItems",
  "minLength",
  "maxLength",
  "pattern",
  "minimum",
  "maximum",
]);

/** Every schema in `schema` with its path, itself first. Throws at a keyword that `checkBySchema` does not know. */
export function* eachSchema(
  schema: JsonSchema,
  path = "$",
): Generator<{ readonly schema: JsonSchema; readonly path: string }> {
  const unknown = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
  if (unknown !== undefined) throw new Error(`${path} has the keyword ${unknown}`);
  yield { schema, path };
  for (const [key, inner] of Object.entries(schema.properties ?? {}))
    yield* eachSchema(inner, `${path}.${key}`);
  for (const [index, inner] of (schema.anyOf ?? []).entries()) yield* eachSchema(inner, `${path}|${index}`);
  if (schema.items !== undefined) yield* eachSchema(schema.items, `${path}[]`);
  if (typeof schema.additionalProperties === "object")
    yield* eachSchema(schema.additionalProperties, `${path}{}`);
  if (schema.propertyNames !== undefined) yield* eachSchema(schema.propertyNames, `${path}{key}`);
}
