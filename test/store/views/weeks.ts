/** A small made history for docs/sql.md: three weeks of an office, with an owner for half of it. */
import type { Store } from "../../../src/store/store.js";
import { ip, observed, openCell, quietGroup, recordRun, scratchStore, service } from "../sample.js";

export const DAY = 86_400_000;
export const MONDAY = Date.UTC(2026, 2, 2, 1);
const WEEK = 7 * DAY;

const nginx = (version: string) => service("http", "nginx", { version });
const ssh = service("ssh", "OpenSSH", { version: "9.2p1" });

export function weeks(): Store {
  const store = scratchStore({ now: () => MONDAY + 3 * WEEK });
  const database = observed("198.18.7.12", {
    cells: [
      openCell(22, { service: ssh }),
      openCell(3306, { service: service("mysql", "MySQL", { version: "8.0.36" }) }),
    ],
    quiet: [quietGroup("closed", [80])],
  });
  const web = (version: string, ...ports: number[]) =>
    observed("198.18.7.40", {
      cells: [openCell(80, { service: nginx(version) }), ...ports.map((port) => openCell(port))],
      quiet: [
        quietGroup(
          "closed",
          [22, 3306].filter((port) => !ports.includes(port)),
        ),
      ],
    });
  const printer = observed("198.18.7.99", { cells: [openCell(9100)] });
  recordRun(store, MONDAY, [database, web("1.22.1"), printer], { audit: "office" });
  recordRun(store, MONDAY + WEEK, [database, web("1.22.1", 3306)], { audit: "office", operator: "bob" });
  const closed = observed("198.18.7.12", {
    cells: [openCell(22, { service: ssh })],
    quiet: [quietGroup("closed", [80, 3306])],
  });
  recordRun(store, MONDAY + 2 * WEEK, [closed, web("1.24.0", 3306)], { audit: "office" });
  store.addAssets(
    { source: "default", date: MONDAY, importedAt: MONDAY, operator: "alice", file: "a.csv", hash: "00" },
    [
      {
        id: "db01",
        addresses: [ip("198.18.7.12")],
        names: ["db01.example"],
        owner: "dba-team",
        system: "shop",
        tags: ["prod", "pci"],
        realm: null,
      },
    ],
  );
  return store;
}
