/**
 * NetBox's CSV exports: "Current View" and "All Data" take the titles of its tables (`IP Address`, `NAT (Inside)`),
 * exports before 3.4 and the bulk import the names of its fields (`address`, `nat_inside`, `virtual_machine`). Read from
 * its source, netbox/ipam/tables/ip.py, dcim/tables/devices.py, virtualization/tables and netbox/tables/columns.py.
 */
import { foldTitle, PLAIN_ADDRESS_TITLES, TITLES } from "./titles.js";

/** A list of addresses, or of devices or virtual machines with their primary addresses. */
export type NetboxList = "addresses" | "hosts";

const ONLY_OF_ADDRESSES = ["vrf", "assigned", "natinside", "natoutside", "isprimary", "assignedobjecttype"];
const OF_ADDRESSES = [
  ...ONLY_OF_ADDRESSES,
  ...["dnsname", "parent", "interface", "interfacename", "virtualmachine", "fhrpgroup"],
  ...["status", "role", "tenant", "tenantgroup"],
];
const OF_HOSTS = [
  ...["devicerole", "devicetype", "type", "manufacturer", "site", "location", "rack", "platform", "cluster"],
  ...["virtualchassis", "vcpus", "memory", "status", "role", "tenant", "tenantgroup"],
];
const PRIMARY = ["primaryip", "primaryip4", "primaryip6", "ipaddress", "ipv4address", "ipv6address"];

/** What the titles look like; null: no export of NetBox. */
export function recogniseNetbox(titles: readonly string[]): NetboxList | null {
  const folded = new Set(titles.map(foldTitle));
  const count = (words: readonly string[]) => words.filter((word) => folded.has(word)).length;
  if (folded.has("name") && count(PRIMARY) > 0 && count(OF_HOSTS) >= 2) return "hosts";
  const addresses = count(["ipaddress", ...PLAIN_ADDRESS_TITLES]) > 0;
  return addresses && count(ONLY_OF_ADDRESSES) > 0 && count(OF_ADDRESSES) >= 2 ? "addresses" : null;
}

/** NetBox's `ID` counts rows of its database, and an asset tag is second to the name that everybody uses. */
const PLAIN_IDS = TITLES.id.filter((title) => !["id", "assettag"].includes(title));

export const NETBOX_TITLES: Readonly<
  Record<
    NetboxList,
    {
      /** What says which rows are one host. */
      readonly id: readonly string[];
      readonly owner: readonly string[];
      readonly system: readonly string[];
      /** Columns that become tags `status:planned`, `role:vip`. */
      readonly tagged: readonly string[];
    }
  >
> = {
  addresses: {
    id: [...PLAIN_IDS, "device", "virtualmachine", "devicevm", "parent"],
    owner: ["tenant", ...TITLES.owner],
    // The role of an address (VIP, loopback, anycast) is no system.
    system: TITLES.system.filter((title) => title !== "role"),
    tagged: ["status", "role"],
  },
  hosts: {
    id: [...PLAIN_IDS, "name", "assettag"],
    owner: ["tenant", ...TITLES.owner],
    system: TITLES.system,
    tagged: ["status"],
  },
};

/** `status:planned` from `Planned`; null for what goes without saying. */
export function tagOf(title: string, value: string): string | null {
  const word = value.toLowerCase().replaceAll(/\s+/g, "-");
  return word === "" || word === "active" ? null : `${foldTitle(title)}:${word}`;
}

/** The name of a VRF from how NetBox prints it: `blue (65000:1)`. Null for the global table. */
export function vrfName(text: string): string | null {
  const name = text.replace(/\s+\([^()]*:[^()]*\)$/, "").trim();
  return name === "" || name.toLowerCase() === "global" ? null : name;
}
