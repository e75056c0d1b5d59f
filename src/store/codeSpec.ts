import { portOfCode } from "../history/cell.js";
import { formatPortSet, portSetOf } from "../scope/portSet.js";

/** As `formatPortSet` writes their set. */
export function formatCodes(codes: readonly number[]): string {
  const isSorted = codes.every((code, index) => index === 0 || (codes[index - 1] ?? 0) < code);
  if (!isSorted) return formatPortSet(portSetOf(codes.map(portOfCode)));
  let text = "";
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    const isFirst = index === 0 || code >> 16 !== (codes[index - 1] ?? 0) >> 16;
    text += `${index === 0 ? "" : ","}${isFirst ? LETTERS[code >> 16] : ""}${code & 0xffff}`;
    const begin = index;
    while (codes[index + 1] === (codes[index] ?? 0) + 1 && ((codes[index + 1] ?? 0) & 0xffff) > 0) index += 1;
    if (index > begin) text += `-${(codes[index] ?? 0) & 0xffff}`;
  }
  return text;
}

const LETTERS = ["T:", "U:", "S:"];
