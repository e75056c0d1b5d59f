/** What `profile test` says: which examples of what a profile should say do not hold. */
import type { ProfileLine } from "../facts/finding.js";
import type { Port } from "../facts/port.js";
import { countOf, formatCount } from "./count.js";
import { plain } from "./escape.js";
import { hanging } from "./hanging.js";
import { type Ink, makeInk } from "./ink.js";
import { jsonText } from "./jsonText.js";
import { DEFAULT_WIDTH, LEAST_WIDTH, type TextOptions } from "./reportData.js";
import { portText } from "./words.js";

const NAME_LENGTH = 100;

/** An example that was tried. */
export interface TriedExample {
  readonly row: {
    /** One of `address` and `name` is null. */
    readonly address: string | null;
    readonly name: string | null;
    readonly port: Port;
    /** Null: the default one. */
    readonly vantage: string | null;
    /** The day for which exceptions were asked; null: now. */
    readonly on: string | null;
    readonly expected: string;
    readonly line: ProfileLine;
  };
  readonly passed: boolean;
  /** What the profile says; null where the host's name has no address. */
  readonly verdict: string | null;
  readonly why: string;
}

/** `verbose`: the examples that hold are listed too. */
export function renderProfileTest(
  tried: readonly TriedExample[],
  format: "text" | "json",
  options: TextOptions & { readonly verbose?: boolean },
): string {
  const failed = tried.filter(({ passed }) => !passed);
  if (format === "json") {
    return jsonText({
      schemaVersion: 1,
      total: tried.length,
      failed: failed.length,
      rows: tried.map(triedJson),
    });
  }
  const ink = makeInk({ color: options.color, unicode: options.unicode ?? true });
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const shown = options.verbose === true ? tried : failed;
  const lines = shown.flatMap((example) => exampleLines(example, ink, width));
  const sum =
    failed.length === 0
      ? ink.paint("good", `${countOf(tried.length, "example")}: all hold`)
      : ink.paint(
          "bad",
          `${formatCount(failed.length)} of ${formatCount(tried.length)} examples ${failed.length === 1 ? "does" : "do"} not hold`,
        );
  return ink.finish(`${[...lines, ...(lines.length === 0 ? [] : [""]), sum].join("\n")}\n`);
}

/** As compilers do, so that editors can jump there; then what the profile says instead. */
function exampleLines({ row, passed, verdict, why }: TriedExample, ink: Ink, width: number): string[] {
  const place = `${plain(row.line.file)}:${row.line.line}`;
  const word = passed ? ink.paint("good", "holds") : ink.paint("bad", "fails");
  const head = `${place}: ${word}: ${exampleText(row)}`;
  if (passed) return [head];
  const said = verdict === null ? "" : `the profile says ${plain(verdict)}: `;
  return [head, ...hanging("    ", `${said}${plain(why, { max: 1000 })}`, width)];
}

/** The example as it is written. */
function exampleText({ address, name, port, vantage, on, expected }: TriedExample["row"]): string {
  const host = plain(address ?? name ?? "", { max: NAME_LENGTH });
  const from = vantage === null ? "" : ` from ${plain(vantage, { max: NAME_LENGTH })}`;
  const day = on === null ? "" : ` on ${plain(on)}`;
  return `${host} ${portText(port.protocol, port.port)}${from}${day}: ${plain(expected)}`;
}

function triedJson({ row, passed, verdict, why }: TriedExample) {
  const { address, name, port, vantage, on, expected, line } = row;
  return {
    file: line.file,
    line: line.line,
    host: address ?? name,
    protocol: port.protocol,
    port: port.port,
    vantage,
    on,
    expected,
    verdict,
    passed,
    why,
  };
}
