/**
 * What hosts of a common role usually show. A built-in template only allows: what must be open, and what must not,
 * differs from network to network. Each holds the ports by which the role is used and managed in its usual set-up.
 * Left out on purpose are wide dynamic ranges (RPC 49152-65535, VNC consoles), and what is not protected in its usual
 * set-up (NetBIOS, SLP, libvirt without TLS, Redis): whoever has those writes them down. Sources: Microsoft "Active
 * Directory and Active Directory Domain Services Port Requirements", VMware "Incoming and Outgoing Firewall Ports for
 * ESXi Hosts", Proxmox VE "Firewall: Ports used by Proxmox VE", libvirt "Remote support", IANA's registry.
 * docs/profile.md shows the same table; a test compares them.
 */
export interface BuiltInEntry {
  readonly port: string | readonly string[];
  readonly reason: string;
}

export const BUILT_IN_TEMPLATES: ReadonlyMap<string, readonly BuiltInEntry[]> = new Map([
  [
    "web",
    [
      { port: "80/tcp", reason: "HTTP" },
      { port: "443/tcp", reason: "HTTPS" },
      { port: "443/udp", reason: "HTTP/3" },
    ],
  ],
  [
    "database",
    [
      { port: "1433/tcp", reason: "Microsoft SQL Server" },
      { port: ["1521/tcp", "2484/tcp"], reason: "Oracle Database, and over TLS" },
      { port: ["3306/tcp", "33060/tcp"], reason: "MySQL and MariaDB, and MySQL's X protocol" },
      { port: "5432/tcp", reason: "PostgreSQL" },
      { port: "27017/tcp", reason: "MongoDB" },
      { port: "50000/tcp", reason: "Db2" },
    ],
  ],
  [
    "domain-controller",
    [
      { port: ["53/tcp", "53/udp"], reason: "DNS" },
      { port: ["88/tcp", "88/udp"], reason: "Kerberos" },
      { port: "123/udp", reason: "Windows Time (NTP)" },
      { port: "135/tcp", reason: "RPC endpoint mapper" },
      { port: ["389/tcp", "389/udp"], reason: "LDAP" },
      { port: "445/tcp", reason: "SMB: SYSVOL and NETLOGON" },
      { port: ["464/tcp", "464/udp"], reason: "Kerberos password change" },
      { port: "593/tcp", reason: "RPC over HTTP endpoint mapper" },
      { port: "636/tcp", reason: "LDAP over TLS" },
      { port: ["3268/tcp", "3269/tcp"], reason: "global catalog, and over TLS" },
      { port: ["5985/tcp", "5986/tcp"], reason: "Windows Remote Management" },
      { port: "9389/tcp", reason: "AD Web Services (PowerShell)" },
    ],
  ],
  [
    "hypervisor",
    [
      { port: "22/tcp", reason: "SSH; libvirt and Proxmox manage through it" },
      { port: ["80/tcp", "443/tcp"], reason: "ESXi: web client and vSphere API" },
      { port: "902/tcp", reason: "ESXi: consoles, copies of disks (NFC)" },
      { port: "8000/tcp", reason: "ESXi: vMotion" },
      { port: "8006/tcp", reason: "Proxmox: web interface and API" },
      { port: "3128/tcp", reason: "Proxmox: SPICE proxy" },
      { port: "5405-5412/udp", reason: "Proxmox: corosync between the nodes of a cluster" },
      { port: "2179/tcp", reason: "Hyper-V: consoles (VMConnect)" },
      { port: ["5985/tcp", "5986/tcp"], reason: "Hyper-V: Windows Remote Management" },
      { port: "6600/tcp", reason: "Hyper-V: live migration" },
      { port: "16514/tcp", reason: "libvirt over TLS" },
    ],
  ],
  [
    "printer",
    [
      { port: ["80/tcp", "443/tcp"], reason: "web interface; IPP over HTTPS" },
      { port: "161/udp", reason: "SNMP: print servers ask for the printer's state" },
      { port: "515/tcp", reason: "LPD" },
      { port: "631/tcp", reason: "IPP" },
      { port: "3702/udp", reason: "WS-Discovery" },
      { port: "5353/udp", reason: "mDNS (AirPrint)" },
      { port: "9100/tcp", reason: "raw printing (JetDirect)" },
    ],
  ],
]);
