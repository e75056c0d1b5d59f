/** v1_findings and v1_assets: what should not be, and who answers for what. */
import { assetsAt } from "../assetLists.js";
import { findings as currentFindings } from "../findingRows.js";
import { ADDRESS, column, PLACE, PORT, portCells, utc, type View } from "./view.js";

export const findings: View = {
  name: "v1_findings",
  about: "Findings as they stand now, settled ones too.",
  columns: [
    column.text("fingerprint", "16 hex digits, the same in every run"),
    column.text("rule", "`unexpected-open`, `forbidden-open`, `required-missing`, …"),
    column.text("severity", "`info`, `low`, `medium`, `high` or `critical`"),
    column.text("status", "`open`, `accepted`, `closed`, `silenced`, `profile-changed` or `closed-by-plan`"),
    ADDRESS,
    ...PORT,
    ...PLACE,
    column.text("owner", "who answers for it, null where nobody is known"),
    column.text("host", "what the profile or the asset list calls the host"),
    column.text("system", "the system it is part of"),
    column.text("tags", "by `;`"),
    column.text("first_seen", "UTC"),
    column.text("last_seen", "UTC"),
    column.integer("age_days", "whole days from first_seen to the run that told of it last"),
    column.integer("confirmed", "0 while it was seen once only"),
    column.text("due", "by when it should be settled, UTC"),
    column.integer("overdue", "1: open, and due is over"),
    column.text("evidence", "one sentence: what was seen and what was expected"),
    column.text("exception", "the id of the exception that covers it"),
    column.text("exception_expires", "the last day it holds"),
    column.integer("run", "the run that judged it last"),
  ],
  indices: [["address"], ["status"]],
  rows(ledger, add) {
    for (const row of currentFindings(ledger))
      add([
        row.fingerprint,
        row.rule,
        row.severity,
        row.status,
        row.address,
        ...portCells(row.protocol, row.port),
        row.vantage,
        row.realm,
        row.owner,
        row.host,
        row.system,
        row.tags.join(";"),
        utc(row.firstSeen),
        utc(row.lastSeen),
        row.ageDays,
        row.confirmed ? 1 : 0,
        utc(row.due),
        row.overdue ? 1 : 0,
        row.evidence,
        row.exception?.id ?? null,
        row.exception?.expires ?? null,
        row.run,
      ]);
  },
};

export const assets: View = {
  name: "v1_assets",
  about: "Who answers for which address, by the asset lists in force; a row for each address.",
  columns: [
    ADDRESS,
    column.text("name", "what the list calls the host"),
    column.text("owner", "who answers for it"),
    column.text("system", "the system it is part of"),
    column.text("tags", "by `;`"),
    column.text("names", "its host names, by `;`"),
    column.text("realm", "the realm the address is of, null: any"),
  ],
  indices: [["address"]],
  rows(ledger, add) {
    for (const { addresses, id, owner, system, tags, names, realm } of assetsAt(ledger)) {
      for (const address of addresses) {
        add([address, id, owner, system, tags.join(";"), names.join(";"), realm]);
      }
    }
  },
};
