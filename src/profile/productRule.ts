/** What nmap may say at most; a longer banner is cut so that an expression has little to chew on. */
const LONGEST_PRODUCT = 256;

export type ProductRule =
  | { readonly matches: (product: string) => boolean; readonly wrong: null }
  | { readonly matches: null; readonly wrong: string };

/**
 * Reads an expected product: the name as nmap gives it, whatever its case, or `/expression/` (flags `i` and `u`)
 * that is found in it.
 */
export function readProductRule(text: string): ProductRule {
  const match = /^\/(.*)\/([a-z]*)$/s.exec(text);
  if (match === null) {
    const wanted = text.trim().toLowerCase();
    return { matches: (product) => product.trim().toLowerCase() === wanted, wrong: null };
  }
  const [, source = "", flags = ""] = match;
  if (/[^iu]/.test(flags)) return { matches: null, wrong: "an expression takes the flags `i` and `u` only" };
  try {
    const expression = new RegExp(source, flags);
    return { matches: (product) => expression.test(product.slice(0, LONGEST_PRODUCT)), wrong: null };
  } catch {
    return { matches: null, wrong: "the expression between the slashes is not valid" };
  }
}
