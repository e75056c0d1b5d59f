import { describe, expect, test } from "vitest";
import { parseMap } from "../../src/assets/assetMap.js";
import { refusalOf } from "./refusal.js";

describe("a map of columns", () => {
  test.each([
    ["address=IP", { address: ["IP"] }],
    [
      "address=IP,id=Name,owner=Tenant,system=Role,tags=Tags",
      { address: ["IP"], id: ["Name"], owner: ["Tenant"], system: ["Role"], tags: ["Tags"] },
    ],
    [" address = IP Address , owner = Who ", { address: ["IP Address"], owner: ["Who"] }],
    ["address=IPv4,address=IPv6", { address: ["IPv4", "IPv6"] }],
    ["address=IP, primary,id=Name", { address: ["IP, primary"], id: ["Name"] }],
    ["address=a=b", { address: ["a=b"] }],
    ["Address=IP,NAT-inside=Behind", { address: ["IP"], nat_inside: ["Behind"] }],
    ["address=IP地址,owner=责任人", { address: ["IP地址"], owner: ["责任人"] }],
  ])("%j is read", (text, map) => {
    expect(parseMap(text)).toEqual(map);
  });

  test.each([
    ["", /has no =/],
    ["IP", /"IP" has no =/],
    ["adress=IP", /"adress" is no key; did you mean address\?/],
    ["address=IP,colour=Red", /"colour" is no key/],
    ["address=", /address names no column/],
    ["address=IP,owner=,id=Name", /owner names no column/],
    ["__proto__=x", /is no key/],
    ["\x1b[31m=x", /\\u\{1b\}\[31m" is no key/],
  ])("%j is refused", (text, message) => {
    const error = refusalOf(() => parseMap(text));
    expect(error.message).toMatch(message);
    expect(error.code).toBe("usage");
    expect(error.hint).toMatch(/address/);
  });
});
