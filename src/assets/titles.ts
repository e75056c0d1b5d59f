/** Titles that say by themselves what a column holds, in English and Chinese, compared by `foldTitle`. */
import type { AssetKey } from "./assetMap.js";

/**
 * A title as it is compared: without case, blanks, `_` and signs, full-width letters as narrow ones. `NAT (Inside)`
 * and `nat_inside` are one.
 */
export function foldTitle(title: string): string {
  return title
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}]/gu, "");
}

/** Addresses by which others see the host: they come after its own. */
export const OUTSIDE_TITLES = [
  ...["publicip", "externalip", "natip", "natoutside", "natoutsideaddress"],
  ...["外网ip", "外网ip地址", "外网地址", "公网ip", "公网ip地址", "公网地址", "映射ip", "映射地址"],
] as const;

/** In this order: of the columns that are there the first leads. */
export const TITLES: Readonly<Record<AssetKey, readonly string[]>> = {
  address: [
    ...["ip", "ips", "ipaddress", "ipaddresses", "ipaddr", "ipv4", "ipv4address", "ipv6", "ipv6address"],
    ...["primaryip", "primaryipaddress", "primaryip4", "primaryip6", "hostip", "serverip"],
    ...["managementip", "mgmtip", "privateip", "internalip"],
    ...["ip地址", "ipv4地址", "ipv6地址", "主机ip", "服务器ip", "设备ip", "管理ip", "管理ip地址", "业务ip"],
    ...["内网ip", "内网ip地址", "内网地址", "私网ip"],
    ...OUTSIDE_TITLES,
  ],
  id: [
    ...["assetid", "assetnumber", "assetno", "assetcode", "ciid", "inventorynumber", "assettag"],
    ...["hostid", "deviceid", "serverid", "id", "uid"],
    ...["资产编号", "资产id", "资产编码", "资产标识", "固定资产编号", "设备编号", "主机编号", "编号"],
  ],
  name: [
    ...["name", "hostname", "hostnames", "host", "fqdn", "dnsname", "dns", "domainname", "devicename"],
    ...["servername", "computername", "machinename", "vmname", "instancename", "nodename"],
    ...["主机名", "主机名称", "主机", "名称", "设备名称", "设备名", "服务器名", "服务器名称", "计算机名"],
    ...["资产名称", "实例名称", "域名", "dns名称"],
  ],
  owner: [
    ...["owner", "assetowner", "ownername", "owners", "systemowner", "technicalowner", "businessowner"],
    ...["responsible", "responsibleperson", "custodian", "maintainer", "administrator", "admin", "contact"],
    ...["tenant", "team", "department"],
    ...["负责人", "责任人", "所有者", "所有人", "资产负责人", "资产责任人", "安全责任人", "运维负责人"],
    ...["系统管理员", "管理员", "运维人员", "使用人", "归属人", "联系人", "租户"],
    ...["责任部门", "归属部门", "所属部门", "使用部门", "部门"],
  ],
  system: [
    ...["system", "systemname", "application", "applicationname", "app", "businesssystem", "businessservice"],
    ...["project", "role", "devicerole"],
    ...[
      "系统",
      "系统名称",
      "业务系统",
      "业务系统名称",
      "所属系统",
      "信息系统",
      "应用系统",
      "应用",
      "应用名称",
    ],
    ...["业务", "业务名称", "所属业务", "项目", "角色"],
  ],
  tags: ["tags", "tag", "labels", "label", "标签", "标记"],
  realm: ["realm"],
  nat_inside: ["natinside", "natinsideaddress", "insideip", "insideaddress"],
};

/** Titles that mean an address only where no better one is there: they may head streets as well. */
export const PLAIN_ADDRESS_TITLES = ["address", "addresses", "地址"] as const;

/** Positions of the columns that have one of these titles, in the order of `wanted`; of two with one title the first. */
export function columnsTitled(titles: readonly string[], wanted: readonly string[]): number[] {
  const places = new Map<string, number>();
  // What stands in brackets may explain the title: `IP地址（必填）`.
  const foldings = [foldTitle, (title: string) => foldTitle(title.replaceAll(/[(（][^)）]*[)）]/g, ""))];
  for (const fold of foldings) {
    for (const [place, title] of titles.entries()) {
      const folded = fold(title);
      if (!places.has(folded)) places.set(folded, place);
    }
  }
  const found = wanted.flatMap((title) => places.get(title) ?? []);
  return [...new Set(found)];
}
