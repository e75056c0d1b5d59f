/**
 * The tree that xml2js makes of an element: attributes in `$`, text in `_`, children as arrays under their names.
 * A bulk import builds the same tree, so that both share one mapping (`mapDocument.ts`).
 */
export interface ElementTree {
  readonly $?: Readonly<Record<string, string>>;
  readonly _?: string;
  readonly [child: string]: unknown;
}

/** The children of that name; xml2js gives a string for one without attributes and children. */
export function childrenOf(tree: ElementTree, name: string): ElementTree[] {
  const found = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (!Array.isArray(found)) return [];
  return found.map((child) =>
    typeof child === "object" && child !== null ? (child as ElementTree) : { _: String(child) },
  );
}

export function childOf(tree: ElementTree, name: string): ElementTree {
  return childrenOf(tree, name)[0] ?? {};
}

/** An attribute's text; null where it is absent. */
export function attributeOf(tree: ElementTree, name: string): string | null {
  const attributes = tree.$;
  if (attributes === undefined || !Object.hasOwn(attributes, name)) return null;
  return attributes[name] ?? null;
}

/** An attribute as a finite number; null where it is absent or none. */
export function numberOf(tree: ElementTree, name: string): number | null {
  const text = attributeOf(tree, name);
  if (text === null || text.trim() === "") return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}
