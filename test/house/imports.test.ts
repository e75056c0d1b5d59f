/** design.md's table of rooms: who may import whom, and which rooms are pure. */
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, memberUses, roomOf, sourcesOf } from "./sources.js";

/** design.md, "Rooms". A room that is not here may not be. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  facts: [],
  scope: ["facts"],
  profile: ["facts", "scope"],
  config: ["facts", "scope"],
  assets: ["facts", "scope"],
  nmap: ["facts", "scope"],
  sweep: ["facts", "scope", "nmap"],
  history: ["facts", "scope"],
  store: ["facts", "scope", "history"],
  ingest: ["facts", "nmap", "history", "store"],
  exposure: ["facts", "scope", "profile"],
  host: ["facts", "scope"],
  closing: ["facts", "scope", "host"],
  report: ["facts", "i18n"],
  deliver: ["facts", "i18n"],
  web: ["facts", "report", "store", "i18n"],
  agents: ["facts", "scope", "nmap", "sweep"],
  i18n: [],
};

/** The place where rooms are wired together. */
const WIRING = new Set(["commands", "cli.ts"]);

/**
 * Reasons given in `docs/decisions/` why a room goes beyond its row, each a single file. Empty is how it should be.
 */
const DEPARTURES: readonly string[] = [];

/** Pure rooms, each with the files that may read one thing in from the disk. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  facts: [],
  scope: [],
  history: [],
  assets: [],
  exposure: [],
  report: [],
  profile: ["src/profile/load.ts"],
  sweep: ["src/sweep/localEngine.ts"],
};

const DOING =
  /^(node:)?(fs|fs\/promises|child_process|worker_threads|dgram|tls|http|https|http2|dns|dns\/promises|cluster|os|process|timers|timers\/promises)$/;
const TIME_AND_CHANCE =
  /^(Date\.now|Math\.random|performance\.now|process\.(env|argv|cwd|hrtime|stdout|stderr|exit)|crypto\.(randomUUID|getRandomValues|randomBytes))\b|^new Date\(\)$/;

const sources = sourcesOf("src");
const rooms = [...new Set(sources.map((source) => roomOf(source.path)))];

/** The room that a relative import leads to; null for a package. */
function targetRoom(path: string, from: string): string | null {
  if (!from.startsWith(".")) return null;
  return roomOf(posix.join(posix.dirname(path), from));
}

describe("rooms", () => {
  test("are all in the table", () => {
    expect(rooms.filter((room) => !WIRING.has(room) && !(room in MAY_IMPORT))).toEqual([]);
    expect(sources.length).toBeGreaterThan(150);
  });

  test.each(rooms.filter((room) => !WIRING.has(room)))("%s imports only what its row lists", (room) => {
    const allowed = new Set([room, ...(MAY_IMPORT[room] ?? [])]);
    const offences = sources
      .filter((source) => roomOf(source.path) === room)
      .flatMap((source) =>
        importsOf(source)
          .map(({ from }) => ({ from, target: targetRoom(source.path, from) }))
          .filter(({ target }) => target !== null && !allowed.has(target))
          .map(({ from }) => `${source.path} imports ${from}`),
      )
      .filter((offence) => !DEPARTURES.includes(offence));
    expect(offences).toEqual([]);
  });

  test("know each other in one direction only", () => {
    for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
      for (const other of allowed) expect(MAY_IMPORT[other] ?? []).not.toContain(room);
    }
  });

  test("import their neighbours by a path that ends in .js, and nothing by a computed one", () => {
    const offences = sources.flatMap((source) =>
      importsOf(source)
        .filter(
          ({ from }) => from === "(computed)" || (from.startsWith(".") && !/\.(js|json|mjs)$/.test(from)),
        )
        .map(({ from }) => `${source.path} imports ${from}`),
    );
    expect(offences).toEqual([]);
  });
});

describe("packages", () => {
  test.each([
    ["better-sqlite3", "store"],
    ["node-nmap", "nmap"],
    ["xml2js", "nmap"],
    ["commander", "commands"],
    ["cli-table3", "report"],
    ["csv-stringify", "report"],
    ["csv-parse", "assets"],
    ["diff", "report"],
  ])("%s is known to %s alone", (name, room) => {
    const users = sources.filter((source) =>
      importsOf(source).some(({ from }) => from === name || from.startsWith(`${name}/`)),
    );
    expect(
      [...new Set(users.map((source) => roomOf(source.path)))].filter(
        (user) => user !== room && user !== "cli.ts",
      ),
    ).toEqual([]);
  });

  test("are all dependencies that package.json names", async () => {
    const manifest = (await import("../../package.json", { with: { type: "json" } })).default;
    const named = new Set(Object.keys(manifest.dependencies));
    const used = new Set(
      sources.flatMap(importsOf).flatMap(({ from }) =>
        from.startsWith(".") || from.startsWith("node:")
          ? []
          : [
              from
                .split("/")
                .slice(0, from.startsWith("@") ? 2 : 1)
                .join("/"),
            ],
      ),
    );
    expect([...used].filter((name) => !named.has(name))).toEqual([]);
  });
});

describe("pure rooms", () => {
  test.each(Object.keys(PURE).filter((room) => rooms.includes(room)))(
    "%s does no I/O and takes no clock",
    (room) => {
      const offences = sources
        .filter((source) => roomOf(source.path) === room && !PURE[room]?.includes(source.path))
        .flatMap((source) => [
          ...importsOf(source)
            // Address checks of node:net are arithmetic; its sockets are not.
            .filter(
              ({ from, names }) =>
                DOING.test(from) ||
                (from === "node:net" && names.some((name) => !/^(isIP|isIPv4|isIPv6|BlockList)$/.test(name))),
            )
            .map(({ from }) => `${source.path} imports ${from}`),
          ...memberUses(source)
            .filter((use) => TIME_AND_CHANCE.test(use))
            .map((use) => `${source.path} uses ${use}`),
        ]);
      expect(offences).toEqual([]);
    },
  );
});

describe("the test itself", () => {
  test("sees every way to import, and clocks in any dress", () => {
    const text = `import a, { type B } from "../store/x.js";
export { c } from "../nmap/y.js"; export * from "./z.js";
const d = await import("../web/w.js"); let e: import("../host/v.js").V;
const now = Date.now(); const then = new Date(); const fixed = new Date(5); // Math.random()
const word = "Math.random()"; Math
  .random();`;
    const source = { path: "src/scope/x.ts", text };
    expect(importsOf(source).map(({ from }) => targetRoom(source.path, from))).toEqual([
      "store",
      "nmap",
      "scope",
      "web",
      "host",
    ]);
    expect(memberUses(source).filter((use) => TIME_AND_CHANCE.test(use))).toEqual([
      "Date.now",
      "new Date()",
      "Math.random",
    ]);
  });
});
