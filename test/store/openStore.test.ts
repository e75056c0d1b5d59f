import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { PortreeveError } from "../../src/facts/error.js";
import { MIGRATIONS } from "../../src/store/migrations/all.js";
import { openStore } from "../../src/store/openStore.js";
import { observed, openCell, recordRun, scratchFolder } from "./sample.js";

const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

function faultOf(work: () => unknown): PortreeveError {
  try {
    work();
  } catch (error) {
    if (error instanceof PortreeveError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("opening", () => {
  test("makes folders nobody else may enter and files nobody else may read, whatever the umask", () => {
    for (const umask of [0o000, 0o022, 0o077]) {
      const before = process.umask(umask);
      try {
        const path = join(scratchFolder(), "a", "b", "history.db");
        const store = openStore(path, { mode: "write" });
        recordRun(store, 1000, [observed("10.0.0.1", { cells: [openCell(22)] })]);
        store.keepXml("ab".repeat(32), "<nmaprun/>");
        for (const file of ["history.db", "history.db-wal", "history.db-shm"]) {
          expect([file, modeOf(join(path, "..", file))]).toEqual([file, "600"]);
        }
        expect(modeOf(join(path, "../.."))).toBe("700");
        expect(modeOf(join(path, ".."))).toBe("700");
        expect(modeOf(`${path}.xml/ab`)).toBe("700");
        expect(modeOf(`${path}.xml/ab/${"ab".repeat(32)}.xml.gz`)).toBe("600");
        store.close();
      } finally {
        process.umask(before);
      }
    }
  });

  test("closes a database that others could read", () => {
    const path = join(scratchFolder(), "history.db");
    openStore(path, { mode: "write" }).close();
    chmodSync(path, 0o644);
    openStore(path, { mode: "write" }).close();
    expect(modeOf(path)).toBe("600");
  });

  test.skipIf(!isRoot)("gives what it makes under sudo to the invoking user (needs root)", () => {
    const home = scratchFolder();
    chownSync(home, 1234, 2345);
    const path = join(home, "share", "portreeve", "history.db");
    const store = openStore(path, { mode: "write", owner: { uid: 1234, gid: 2345 } });
    recordRun(store, 1000, [observed("10.0.0.1")]);
    store.keepXml("cd".repeat(32), "<nmaprun/>");
    const made = [
      path,
      `${path}-wal`,
      `${path}-shm`,
      join(path, ".."),
      join(path, "../.."),
      `${path}.xml`,
      `${path}.xml/cd`,
    ];
    for (const each of [...made, `${path}.xml/cd/${"cd".repeat(32)}.xml.gz`]) {
      const { uid, gid } = statSync(each);
      expect([each, uid, gid]).toEqual([each, 1234, 2345]);
    }
    store.close();
  });

  test.skipIf(!isRoot)(
    "under sudo gives nothing away in a folder that is not the user's (needs root)",
    () => {
      const path = join(scratchFolder(), "history.db");
      openStore(path, { mode: "write", owner: { uid: 1234, gid: 2345 } }).close();
      expect(statSync(path).uid).toBe(0);
    },
  );

  test.skipIf(!isRoot)("under sudo follows no link of the user's above the database (needs root)", () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link"));
    lchownSync(join(folder, "link"), 1234, 2345);
    const owner = { uid: 1234, gid: 2345 };
    const path = join(folder, "link/below/history.db");
    expect(faultOf(() => openStore(path, { mode: "write", owner })).message).toContain("symbolic link");
    expect(existsSync(join(folder, "real/below"))).toBe(false);
  });

  test("leaves the modes of a file that is no database of ours as they are", () => {
    const path = join(scratchFolder(), "notes.txt");
    writeFileSync(
      path,
      "another program's file, which is long enough to be read as a header of SQLite".repeat(20),
    );
    chmodSync(path, 0o644);
    faultOf(() => openStore(path, { mode: "write" }));
    expect(modeOf(path)).toBe("644");
  });

  test.each(["write", "read"] as const)("refuses a pipe, and does not wait for it (to %s)", (mode) => {
    const path = join(scratchFolder(), "pipe");
    execFileSync("mkfifo", [path]);
    expect(faultOf(() => openStore(path, { mode })).message).toContain("no regular file");
  });

  test("under sudo follows no link that the invoking user could have put there", () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "target"), "root's own", { mode: 0o644 });
    symlinkSync(join(folder, "target"), join(folder, "history.db"));
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const fault = faultOf(() => openStore(join(folder, "history.db"), { mode: "write", owner }));
    expect(fault.message).toContain("is a symbolic link");
    expect(readFileSync(join(folder, "target"), "utf8")).toBe("root's own");
    expect(modeOf(join(folder, "target"))).toBe("644");
  });

  test("uses a write-ahead log, full durability and foreign keys", () => {
    const path = join(scratchFolder(), "history.db");
    openStore(path, { mode: "write" }).close();
    const database = new Sqlite(path, { readonly: true });
    expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(database.pragma("application_id", { simple: true })).toBe(0x50525456);
    expect(database.pragma("user_version", { simple: true })).toBe(MIGRATIONS.length);
    database.close();
  });

  test("a reader sees what a writer has committed, and may write nothing", () => {
    const path = join(scratchFolder(), "history.db");
    const writer = openStore(path, { mode: "write" });
    const reader = openStore(path, { mode: "read" });
    const id = recordRun(writer, 1000, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    expect(reader.openRows({ run: id })).toHaveLength(1);
    expect(faultOf(() => recordRun(reader, 2000, [])).message).toContain("cannot be written");
    reader.close();
    writer.close();
  });
});

describe("a database that cannot be used is refused with what to do", () => {
  const refused = (make: (path: string) => void, mode: "read" | "write") => {
    const path = join(scratchFolder(), "history.db");
    make(path);
    const fault = faultOf(() => openStore(path, { mode }));
    return {
      fault,
      text: `${fault.code}: ${fault.message.replace(path, "DB")}`,
      hint: fault.hint ?? "",
      path,
    };
  };

  test.each(["read", "write"] as const)("one from the future (%s), left as it was", (mode) => {
    const { text, hint, path } = refused((file) => {
      openStore(file, { mode: "write" }).close();
      const database = new Sqlite(file);
      database.pragma("user_version = 99");
      database.close();
    }, mode);
    expect(text).toBe(
      `failed: the database DB is from the future: it has schema 99, this portreeve knows up to ${MIGRATIONS.length}`,
    );
    expect(hint).toContain("schema 99");
    const database = new Sqlite(path, { readonly: true });
    expect(database.pragma("user_version", { simple: true })).toBe(99);
    database.close();
  });

  test.each(["read", "write"] as const)("a file that is no SQLite (%s)", (mode) => {
    const { text, path } = refused((file) => writeFileSync(file, "not a database at all\n".repeat(99)), mode);
    expect(text).toBe("failed: DB is not a SQLite database");
    expect(readFileSync(path, "utf8")).toContain("not a database at all");
  });

  test.each(["read", "write"] as const)("another program's SQLite file (%s), left as it was", (mode) => {
    const { text, path } = refused((file) => {
      const database = new Sqlite(file);
      database.exec("CREATE TABLE moz_places (id INTEGER)");
      database.close();
    }, mode);
    expect(text).toBe("failed: DB is a SQLite database, but not one of portreeve");
    const database = new Sqlite(path, { readonly: true });
    expect(database.pragma("journal_mode", { simple: true })).toBe("delete");
    database.close();
  });

  test.each(["read", "write"] as const)("a folder (%s)", (mode) => {
    expect(refused((path) => mkdirSync(path), mode).text).toBe("failed: DB is a folder");
  });

  test("a missing one, to read", () => {
    const { text, hint, path } = refused(() => {}, "read");
    expect(text).toBe("failed: no database at DB");
    expect(hint).toContain("portreeve scan");
    expect(existsSync(path)).toBe(false);
  });

  test("an empty one, to read", () => {
    expect(refused((path) => writeFileSync(path, ""), "read").text).toBe("failed: the database DB is empty");
  });

  test("one below a file", () => {
    const file = join(scratchFolder(), "file");
    writeFileSync(file, "");
    expect(faultOf(() => openStore(join(file, "history.db"), { mode: "write" })).message).toContain(
      "is a file",
    );
  });

  test("a damaged one", () => {
    const path = join(scratchFolder(), "history.db");
    openStore(path, { mode: "write" }).close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, 4096);
    writeFileSync(path, bytes);
    expect(faultOf(() => openStore(path, { mode: "read" })).message).toContain("is damaged");
  });
});

describe("upgrading", () => {
  const next = [
    ...MIGRATIONS,
    {
      number: MIGRATIONS.length + 1,
      title: "test",
      sql: "CREATE TABLE added (id INTEGER PRIMARY KEY) STRICT",
    },
  ];
  const later = () => Date.parse("2031-02-03T04:05:06Z");

  test("makes a copy beside the database first, then the next schema", () => {
    const path = join(scratchFolder(), "history.db");
    const store = openStore(path, { mode: "write" });
    recordRun(store, 1000, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    store.close();
    openStore(path, { mode: "write", migrations: next, now: later }).close();
    const copy = `${path}.schema-${MIGRATIONS.length}-20310203T040506Z`;
    expect(modeOf(copy)).toBe("600");
    const old = openStore(copy, { mode: "read" });
    expect(old.openRows()).toHaveLength(1);
    old.close();
    const upgraded = openStore(path, { mode: "read", migrations: next });
    expect(upgraded.openRows()).toHaveLength(1);
    upgraded.close();
  });

  test("is no reader's work", () => {
    const path = join(scratchFolder(), "history.db");
    openStore(path, { mode: "write" }).close();
    const fault = faultOf(() => openStore(path, { mode: "read", migrations: next }));
    expect(fault.message).toContain(`has the older schema ${MIGRATIONS.length}`);
  });

  test("that fails leaves the database as it was", () => {
    const path = join(scratchFolder(), "history.db");
    const store = openStore(path, { mode: "write" });
    recordRun(store, 1000, [observed("10.0.0.1", { cells: [openCell(22)] })]);
    store.close();
    const broken = [
      ...next,
      { number: next.length + 1, title: "broken", sql: "CREATE TABLE run (id INTEGER)" },
    ];
    expect(() => openStore(path, { mode: "write", migrations: broken, now: later })).toThrow(PortreeveError);
    const back = openStore(path, { mode: "read" });
    expect(back.openRows()).toHaveLength(1);
    back.close();
  });

  test("a new database makes no copy", () => {
    const folder = scratchFolder();
    openStore(join(folder, "history.db"), { mode: "write" }).close();
    expect(readdirSync(folder).filter((name) => name.includes("schema-"))).toEqual([]);
  });
});
