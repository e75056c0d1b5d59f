import type { Part } from "./include.js";
import { namePlace, plainText } from "./problem.js";
import type { Reading } from "./reading.js";
import type { ProfileContent } from "./schema.js";
import type { YamlPath } from "./yamlFile.js";

/** A part of a profile, and where it stands. */
export interface Placed<T> {
  readonly value: T;
  readonly path: YamlPath;
  readonly reading: Reading;
}

type Section = "vantages" | "networks" | "services" | "templates" | "hosts";
type ValueOf<S extends Section> = NonNullable<ProfileContent[S]>[string];

/**
 * What the profile's files define in a section, by name. A name that two files define is complained of; so are two
 * that `fold` makes the same. `kind` is what messages call it.
 */
export function gatherDefinitions<S extends Section>(
  parts: readonly Part[],
  section: S,
  kind: string,
  fold: (name: string) => string = (name) => name,
): ReadonlyMap<string, Placed<ValueOf<S>>> {
  const definitions = new Map<string, Placed<ValueOf<S>>>();
  for (const { content, reading } of parts) {
    const written = (content[section] ?? {}) as Readonly<Record<string, ValueOf<S>>>;
    for (const [name, value] of Object.entries(written)) {
      const path = [section, name];
      const first = definitions.get(fold(name));
      if (first === undefined) definitions.set(fold(name), { value, path, reading });
      else {
        const place = namePlace(first.reading.lineOfKey(first.path));
        reading.complainOfKey(path, `the ${kind} \`${plainText(name)}\` stands in ${place} already`);
      }
    }
  }
  return definitions;
}

/** The items of a list that every file may have, each with its place. */
export function gatherItems<S extends "groups" | "exceptions">(
  parts: readonly Part[],
  section: S,
): readonly Placed<NonNullable<ProfileContent[S]>[number]>[] {
  return parts.flatMap(({ content, reading }) => {
    const items = (content[section] ?? []) as readonly NonNullable<ProfileContent[S]>[number][];
    return items.map((value, index) => ({ value, path: [section, index], reading }));
  });
}

/** Items by their `id`; a second item of an id is complained of and left out. `kind` is what messages call it. */
export function gatherById<T extends { readonly id: string }>(
  items: readonly Placed<T>[],
  kind: string,
): ReadonlyMap<string, Placed<T>> {
  const byId = new Map<string, Placed<T>>();
  for (const item of items) {
    const { value, path, reading } = item;
    const first = byId.get(value.id);
    if (first === undefined) byId.set(value.id, item);
    else {
      const place = namePlace(first.reading.lineOf([...first.path, "id"]));
      reading.complain(
        [...path, "id"],
        `the id \`${plainText(value.id)}\` is taken by the ${kind} of ${place}`,
      );
    }
  }
  return byId;
}
