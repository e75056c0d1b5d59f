import { PortreeveError } from "../facts/error.js";
import type { Finding, FindingTransition } from "../facts/finding.js";
import { currentFindings } from "./findingRows.js";
import { writeState } from "./findingSpans.js";
import { stateOfFinding } from "./findingState.js";
import { logAct } from "./findingTransitions.js";
import { newestJudgedKey } from "./judgingBasis.js";
import type { Ledger } from "./ledger.js";

/**
 * What a person did to a finding between two runs: it is as given from now on, until a run tells of it anew. It stands
 * after the newest judged run of its vantage, whichever run told of the finding last.
 * @throws PortreeveError `failed` where the finding is not there, or not in `transition.from` any more
 */
export function acceptFinding(ledger: Ledger, finding: Finding, transition: FindingTransition): void {
  ledger.write(() => {
    const { fingerprint } = finding;
    const [current] = currentFindings(ledger, "fingerprint = ?", [fingerprint]);
    const stored = ledger
      .sql<{ id: number; vantage: number }>("SELECT id, vantage FROM finding WHERE fingerprint = ?")
      .get(fingerprint);
    const key = stored === undefined ? null : newestJudgedKey(ledger, stored.vantage);
    if (current === undefined || stored === undefined || key === null) {
      throw new PortreeveError("failed", `there is no finding ${fingerprint} in ${ledger.path}`, {
        hint: "`portreeve findings list` lists them",
      });
    }
    if (current.status !== transition.from) {
      throw new PortreeveError("failed", `the finding ${fingerprint} is ${current.status} by now`, {
        hint: "look at it again: `portreeve findings show`",
      });
    }
    const state = stateOfFinding(finding);
    const change = { finding: stored.id, key, act: 1, state, isAgain: true, next: null } as const;
    ledger.sql("UPDATE finding SET state = ? WHERE id = ?").run(writeState(ledger, change), stored.id);
    logAct(ledger, stored.id, key, transition);
  });
}
