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
export function childrenOf(tree: ElementTree, name: string): readonly ElementTree[] {
  const found = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (!Array.isArray(found)) return NO_CHILDREN;
  return found.every((child) => typeof child === "object" && child !== null) ? found : found.map(asTree);
}

const NO_CHILDREN: readonly ElementTree[] = [];
const NO_CHILD: ElementTree = {};

export function childOf(tree: ElementTree, name: string): ElementTree {
  const found = Object.hasOwn(tree, name) ? tree[name] : undefined;
  return Array.isArray(found) && found.length > 0 ? asTree(found[0]) : NO_CHILD;
}

function asTree(child: unknown): ElementTree {
  return typeof child === "object" && child !== null ? (child as ElementTree) : { _: String(child) };
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
