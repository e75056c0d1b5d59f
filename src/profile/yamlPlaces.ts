import { type Alias, type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node, visit } from "yaml";

/** Keys of maps and numbers of list items, from the top of the file. */
export type YamlPath = readonly PropertyKey[];

/** Offsets into the text, by the path of what stands there. */
export interface YamlPlaces {
  /** Of the value at `path`; of the nearest part that exists where it does not. */
  readonly offsetOf: (path: YamlPath) => number;
  /** Of the last key of `path`. */
  readonly keyOffsetOf: (path: YamlPath) => number;
}

interface KeyAndValue {
  readonly key: Node;
  readonly value: Node;
}

/**
 * Where things stand in a document. Every entry of a profile keeps its line, so this is asked tens of thousands of
 * times: the keys of a map and the targets of aliases are looked up in tables that are made when first needed.
 */
export function placesOf(document: Document.Parsed): YamlPlaces {
  const maps = new WeakMap<object, ReadonlyMap<string, KeyAndValue>>();
  let targets: ReadonlyMap<Alias, Node> | null = null;

  function pairsOf(map: { readonly items: readonly { key: unknown; value: unknown }[] }) {
    let pairs = maps.get(map);
    if (pairs === undefined) {
      pairs = pairsByKey(map.items);
      maps.set(map, pairs);
    }
    return pairs;
  }

  function follow(node: Node | null): Node | null {
    if (!isAlias(node)) return node;
    targets ??= aliasTargets(document);
    return targets.get(node) ?? null;
  }

  /** Follows `path`, through aliases; stops at the last part that exists. */
  function walk(path: YamlPath): { value: Node | null; key: Node | null; complete: boolean } {
    let value: Node | null = document.contents;
    let key: Node | null = null;
    for (const part of path) {
      const inside = follow(value);
      if (isMap(inside)) {
        const pair = pairsOf(inside).get(String(part));
        if (pair === undefined) return { value, key, complete: false };
        ({ key, value } = pair);
      } else if (isSeq(inside)) {
        const item = inside.items[Number(part)];
        if (!isNode(item)) return { value, key, complete: false };
        key = null;
        value = item;
      } else {
        return { value, key, complete: false };
      }
    }
    return { value, key, complete: true };
  }

  return {
    offsetOf: (path) => walk(path).value?.range?.[0] ?? 0,
    keyOffsetOf: (path) => {
      const { value, key, complete } = walk(path);
      return (complete && key !== null ? key : value)?.range?.[0] ?? 0;
    },
  };
}

/** A key without a value stands for its value, too. */
function pairsByKey(
  items: readonly { readonly key: unknown; readonly value: unknown }[],
): ReadonlyMap<string, KeyAndValue> {
  const pairs = new Map<string, KeyAndValue>();
  for (const { key, value } of items) {
    if (isScalar(key)) pairs.set(String(key.value), { key, value: isNode(value) ? value : key });
  }
  return pairs;
}

/** What each alias stands for: the last node before it that bears the anchor. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if ("anchor" in node && typeof node.anchor === "string") {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}
