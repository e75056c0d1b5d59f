import { hostsetId } from "./intern.js";
import type { Ledger } from "./ledger.js";
import type { Trait } from "./runCoverage.js";

/** Folds a run's working rows, one a host, into one row for each port set, trait and reason. Inside a transaction. */
export function compactRun(ledger: Ledger, run: number): void {
  const coverage = new Map<string, number[]>();
  const cells = ledger.sql<{ host: number; portset: number; grade: string }>(
    "SELECT host, portset, grade FROM working_coverage WHERE run = ?",
  );
  for (const { host, portset, grade } of cells.all(run)) push(coverage, `${portset} ${grade}`, host);
  const insertCoverage = ledger.sql(
    "INSERT INTO coverage (run, portset, grade, hostset) VALUES (?, ?, ?, ?)",
  );
  for (const [key, hosts] of coverage) {
    const [portset, grade] = key.split(" ");
    insertCoverage.run(run, Number(portset), grade, hostsetId(ledger, hosts));
  }

  const rosters = new Map<Trait, number[]>();
  const reasons = new Map<string, number[]>();
  const hosts = ledger.sql<{
    host: number;
    presence: "alive" | "silent" | "vanished";
    has_mac: number;
    has_names: number;
    identified: number;
    unjudged: string | null;
  }>("SELECT * FROM working_host WHERE run = ?");
  for (const row of hosts.all(run)) {
    push(rosters, row.presence, row.host);
    if (row.has_mac === 1) push(rosters, "mac", row.host);
    if (row.has_names === 1) push(rosters, "named", row.host);
    if (row.identified === 1) push(rosters, "identified", row.host);
    if (row.unjudged !== null) push(reasons, row.unjudged, row.host);
  }
  const insertRoster = ledger.sql("INSERT INTO roster (run, trait, hostset) VALUES (?, ?, ?)");
  for (const [trait, members] of rosters) insertRoster.run(run, trait, hostsetId(ledger, members));
  const insertReason = ledger.sql("INSERT INTO unjudged (run, reason, hostset) VALUES (?, ?, ?)");
  for (const [reason, members] of reasons) insertReason.run(run, reason, hostsetId(ledger, members));

  ledger.sql("DELETE FROM working_coverage WHERE run = ?").run(run);
  ledger.sql("DELETE FROM working_host WHERE run = ?").run(run);
}

function push<K>(groups: Map<K, number[]>, key: K, host: number): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [host]);
  else group.push(host);
}
