import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeText } from "../../src/assets/decode.js";
import { recogniseNetbox, tagOf, vrfName } from "../../src/assets/netbox.js";
import { type AssetOptions, parseAssets } from "../../src/assets/parse.js";

function read(name: string, options: AssetOptions = {}) {
  const file = `fixtures/assets/${name}`;
  return parseAssets(decodeText(readFileSync(file), file).text, file, options);
}
const DB01 = {
  id: "db01",
  addresses: ["198.18.7.12", "198.18.8.12", "2001:db8:7::12", "203.0.113.12"],
  names: ["db01.example", "orders.example"],
  owner: "DBA Team",
  system: null,
  tags: ["prod", "pci scope", "role:secondary"],
  realm: null,
};

describe("NetBox's export", () => {
  test("of IP addresses, all data, gives a host for each parent and keeps NAT addresses with it", () => {
    const { assets, problems, netbox, columns, ignoredVrfs } = read("netbox-ip-addresses.csv");
    expect(netbox).toBe("addresses");
    expect(columns).toEqual({
      address: ["IP Address", "NAT (Outside)"],
      id: ["Parent"],
      name: ["DNS Name"],
      owner: ["Tenant"],
      tags: ["Tags", "Status", "Role"],
      realm: ["VRF"],
      nat_inside: ["NAT (Inside)"],
    });
    expect(assets).toEqual([
      {
        ...DB01,
        id: "sw-core-1",
        addresses: ["198.18.7.1"],
        names: ["gw.example"],
        owner: "Network",
        tags: ["role:vip"],
      },
      DB01,
      { ...DB01, id: null, addresses: ["198.18.7.66"], names: [], owner: null, tags: ["status:deprecated"] },
      {
        ...DB01,
        id: "app-blue",
        addresses: ["10.0.0.5"],
        names: ["app.blue.example"],
        owner: "Blue Ltd",
        tags: [],
      },
    ]);
    expect(ignoredVrfs).toEqual(["blue", "red"]);
    expect(problems).toEqual([
      { line: 8, message: '10.0.0.5 belongs to "app-blue" of line 7 already, which keeps it' },
    ]);
  });

  test("keeps VRFs apart where there are realms of their names", () => {
    const { assets, problems, ignoredVrfs } = read("netbox-ip-addresses.csv", {
      knownRealms: ["Blue", "red"],
    });
    const behind = assets.filter(({ addresses }) => addresses.some((address) => address === "10.0.0.5"));
    expect(behind.map(({ id, realm, tags }) => [id, realm, tags])).toEqual([
      ["app-blue", "Blue", []],
      ["app-red", "red", ["status:reserved"]],
    ]);
    expect(problems).toEqual([]);
    expect(ignoredVrfs).toEqual([]);
  });

  test("of IP addresses, current view, is read with what it has", () => {
    const { assets, netbox } = read("netbox-ip-current-view.csv");
    expect(netbox).toBe("addresses");
    expect(
      assets.map(({ id, addresses, names, owner, tags }) => [id, addresses, names, owner, tags]),
    ).toEqual([
      [null, ["198.18.7.12"], ["db01.example"], "DBA Team", []],
      [null, ["198.18.7.66"], [], null, ["status:dhcp"]],
    ]);
  });

  test("with the names of fields, as older versions and the bulk form have them, is read", () => {
    const { assets, netbox } = read("netbox-ip-fields.csv");
    expect(netbox).toBe("addresses");
    expect(assets.map(({ id, addresses, owner, tags }) => [id, addresses, owner, tags])).toEqual([
      ["db01", ["198.18.7.12", "198.18.8.12"], "DBA Team", ["role:secondary"]],
      ["vm-web-1", ["198.18.7.40"], "Web Team", []],
    ]);
  });

  test("of devices gives each its primary addresses, its role as system, and leaves the out-of-band one", () => {
    const { assets, withoutAddress, problems, netbox } = read("netbox-devices.csv");
    expect(netbox).toBe("hosts");
    expect(assets[0]).toEqual({
      ...DB01,
      addresses: ["198.18.7.12", "2001:db8:7::12"],
      names: ["db01"],
      system: "Database server",
      tags: ["prod", "pci scope"],
    });
    expect(assets.map(({ id, tags }) => [id, tags.filter((tag) => tag.startsWith("status:"))])).toEqual([
      ["db01", []],
      ["sw-core-1", []],
      ["old-print", ["status:decommissioning"]],
    ]);
    expect(withoutAddress).toEqual([5]);
    expect(problems).toEqual([]);
  });

  test("of virtual machines takes NetBox's None for nothing", () => {
    const { assets, netbox } = read("netbox-virtual-machines.csv");
    expect(netbox).toBe("hosts");
    expect(assets.map(({ id, owner, system, tags }) => [id, owner, system, tags])).toEqual([
      ["vm-web-1", "Web Team", "Web server", []],
      ["vm-batch", null, null, ["status:planned"]],
    ]);
  });

  test.each([
    ["IP,Owner", null],
    ["Address,City", null],
    ["Name,IP,Owner", null],
    ["IP Address,VRF,Status,Role,Tenant,Assigned,DNS Name,Description", "addresses"],
    [
      "address,vrf,tenant,status,role,assigned_object_type,assigned_object_id,is_primary,dns_name",
      "addresses",
    ],
    ["Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address", "hosts"],
    ["name,status,tenant,device_role,primary_ip4,tags", "hosts"],
  ])("%s is recognised as %s", (titles, list) => {
    expect(recogniseNetbox(titles.split(","))).toBe(list);
  });

  test.each([
    ["Global", null],
    ["", null],
    ["blue", "blue"],
    ["blue (65000:1)", "blue"],
    ["customer (east)", "customer (east)"],
  ])("VRF %j is realm %j", (text, name) => {
    expect(vrfName(text)).toBe(name);
  });

  test.each([
    ["Status", "Active", null],
    ["Status", "SLAAC", "status:slaac"],
    ["status", "Being built", "status:being-built"],
    ["Role", "VIP", "role:vip"],
  ])("%s %s is tag %j", (title, value, tag) => {
    expect(tagOf(title, value)).toBe(tag);
  });
});

describe("other exports", () => {
  test("of a Chinese Excel in GB18030 are read", () => {
    const { assets } = read("chinese-gb18030.csv");
    expect(
      assets.map(({ id, addresses, names, owner, system, tags }) => [
        id,
        addresses,
        names,
        owner,
        system,
        tags,
      ]),
    ).toEqual([
      ["ZC-001", ["198.18.7.12", "198.18.8.12"], ["订单库01"], "张伟", "订单系统", ["生产", "等保三级"]],
      ["ZC-002", ["198.18.7.66"], ["打印机-三楼"], "李娜", "办公", []],
      ["ZC-003", ["198.18.7.5"], ["堡垒机"], null, "运维", ["生产"]],
    ]);
  });

  test("of a European Excel with sep=, semicolons and a byte order mark are read", () => {
    const { assets, rows } = read("excel-semicolon.csv");
    expect(rows).toBe(2);
    expect(
      assets.map(({ id, addresses, names, owner, system, tags }) => [
        id,
        addresses,
        names,
        owner,
        system,
        tags,
      ]),
    ).toEqual([
      ["A-1", ["198.18.7.40", "198.18.7.41"], ["web01.example"], "Müller, K.", "Shop", ["prod", "dmz zone"]],
      ["A-2", ["198.18.7.42"], [], null, null, []],
    ]);
  });
});
