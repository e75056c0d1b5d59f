import { describe, expect, test } from "vitest";
import { parseMap } from "../../src/assets/assetMap.js";
import { chooseColumns } from "../../src/assets/chooseColumns.js";
import { foldTitle, TITLES } from "../../src/assets/titles.js";
import { refusalOf } from "./refusal.js";

function read(titles: string, map?: string) {
  const columns = chooseColumns(titles.split(","), "a.csv", map === undefined ? undefined : parseMap(map));
  const named = Object.entries(columns.of).map(([key, places]) => [
    key,
    places.map((p) => columns.titles[p]),
  ]);
  return Object.fromEntries(named.filter(([, found]) => found?.length));
}

describe("titles", () => {
  test.each([
    ["IP", { address: ["IP"] }],
    ["ip_address,OWNER", { address: ["ip_address"], owner: ["OWNER"] }],
    ["IP Address,Host Name,Asset ID", { address: ["IP Address"], name: ["Host Name"], id: ["Asset ID"] }],
    ["IPAddress,hostname,Labels", { address: ["IPAddress"], name: ["hostname"], tags: ["Labels"] }],
    ["Public IP,Private IP", { address: ["Private IP", "Public IP"] }],
    ["Public IP,Address", { address: ["Address", "Public IP"] }],
    ["Address,Owner", { address: ["Address"], owner: ["Owner"] }],
    ["Address,IP,City", { address: ["IP"] }],
    ["IP地址,责任人,业务系统", { address: ["IP地址"], owner: ["责任人"], system: ["业务系统"] }],
    ["ＩＰ 地址,资产编号,标签", { address: ["ＩＰ 地址"], id: ["资产编号"], tags: ["标签"] }],
    [
      "*IP地址（必填）,主机名(FQDN),负责人",
      { address: ["*IP地址（必填）"], name: ["主机名(FQDN)"], owner: ["负责人"] },
    ],
    ["IP,名称,所有者,系统", { address: ["IP"], name: ["名称"], owner: ["所有者"], system: ["系统"] }],
    ["内网IP,公网IP,部门,管理员", { address: ["内网IP", "公网IP"], owner: ["管理员", "部门"] }],
    ["IP,Owner,Team,Owner", { address: ["IP"], owner: ["Owner", "Team"] }],
    ["IP,NAT Inside,Realm", { address: ["IP"], nat_inside: ["NAT Inside"], realm: ["Realm"] }],
    ["IP,Description,Comments,Serial", { address: ["IP"] }],
    ["序号,IP", { address: ["IP"] }],
  ])("%s tell what is where", (titles, columns) => {
    expect(read(titles)).toEqual(columns);
  });

  test("of the table are written as they are compared, each for one thing", () => {
    const all = Object.values(TITLES).flat();
    expect(all.filter((title) => foldTitle(title) !== title)).toEqual([]);
    expect(all.filter((title, place) => all.indexOf(title) !== place)).toEqual([]);
  });

  test.each([
    ["address=Where,owner=Who", { address: ["Where"], owner: ["Who"] }],
    ["address=WHERE", { address: ["Where"] }],
    ["address=Where,address=IP", { address: ["Where", "IP"] }],
    ["owner=Who", { address: ["IP"], owner: ["Who"] }],
  ])("are not asked where a map says %s", (map, columns) => {
    expect(read("IP,Where,Who,Tags", map)).toEqual(columns);
  });

  test.each([
    [
      "foo,bar",
      undefined,
      /no column is known to hold addresses; its titles are "foo", "bar"/,
      /--map address=/,
    ],
    ["10.0.0.1,web01", undefined, /its first row holds an address/, /row of titles/],
    ["10.0.0.1/24", undefined, /its first row holds an address/, /row of titles/],
    [
      "IP,Tenant",
      "address=IP,owner=Tenent",
      /owner="Tenent": "a\.csv" has no such column; did you mean "Tenant"/,
      /"IP", "Tenant"/,
    ],
    ["IP", "address=\x1b[2J", /\\u\{1b\}\[2J/, /"IP"/],
  ])("%s with map %s are refused", (titles, map, message, hint) => {
    const error = refusalOf(() => read(titles, map));
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});
