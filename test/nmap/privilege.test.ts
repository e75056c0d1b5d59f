import { describe, expect, it } from "vitest";
import { judgePrivilege, parseRights, probePrivilege } from "../../src/nmap/privilege.js";

const ALL = "000001ffffffffff";
const RAW = "0000000000002000";
const NONE = "0000000000000000";
const status = (uid: number, effective: string, ambient: string, bounding = ALL) =>
  `Name:\tnode\nUid:\t1000\t${uid}\t${uid}\t${uid}\nCapInh:\t${NONE}\nCapPrm:\t${effective}\nCapEff:\t${effective}\nCapBnd:\t${bounding}\nCapAmb:\t${ambient}\n`;

describe("whether nmap may send raw packets", () => {
  it.each([
    ["root", status(0, ALL, NONE), "raw", "root", null],
    ["a user with the ambient capability", status(1000, RAW, RAW), "raw", "ambient", null],
    [
      "a user with it for this process only",
      status(1000, RAW, NONE),
      "connect",
      "none",
      /setpriv.*--ambient-caps=\+net_raw/,
    ],
    ["a plain user", status(1000, NONE, NONE), "connect", "none", /setpriv/],
    ["root in a container without it", status(0, NONE, NONE, NONE), "connect", "none", /cap-add=NET_RAW/],
    ["root that dropped it but may regain it", status(0, NONE, NONE), "connect", "none", /setpriv/],
    ["a status that says nothing", "Name:\tnode\n", "connect", "none", /cap-add/],
  ])("%s", (_, text, method, how, mend) => {
    const privilege = judgePrivilege(parseRights(text));
    expect(privilege).toMatchObject({ method, how });
    if (mend === null) expect(privilege.mend).toBeNull();
    else expect(privilege.mend).toMatch(mend);
  });

  it("says why the capability of this process alone does not help", () => {
    expect(judgePrivilege(parseRights(status(1000, RAW, NONE))).why).toContain(
      "not as an ambient capability",
    );
  });

  it("agrees with who runs this test", () => {
    expect(probePrivilege().how === "root").toBe(
      process.geteuid?.() === 0 && probePrivilege().method === "raw",
    );
  });
});
