/**
 * Ports that get no data probes unless someone asks: a printer prints what it is sent, a controller may stop.
 *
 * They are swept like any other port (a SYN is no data); only service identification leaves them out. nmap's own
 * `Exclude T:9100-9107` in nmap-service-probes covers a part of the printers, and nothing of the rest.
 */
import type { PortRange, PortSet } from "../facts/port.js";
import { emptyPortSet, intersectPorts, subtractPorts } from "../scope/portSet.js";

/** One reason to be careful. The numbers are those of IANA's registry unless `source` says otherwise. */
export interface FragilePorts {
  readonly what: string;
  readonly tcp: readonly PortRange[];
  readonly udp: readonly PortRange[];
  readonly source: string;
}

export const FRAGILE_PORTS: readonly FragilePorts[] = [
  entry("printer, LPD", [[515, 515]], [], "RFC 1179"),
  entry(
    "printer, raw (JetDirect)",
    [[9100, 9116]],
    [],
    "nmap-service-probes Exclude; nmap issue 2237; IANA pdl-datastream",
  ),
  entry("Siemens S7, ISO on TCP", [[102, 102]], [], "RFC 1006; IANA iso-tsap; nmap s7-info.nse"),
  entry("Modbus", [[502, 502]], [[502, 502]], "IANA mbap; nmap modbus-discover.nse"),
  entry("Red Lion Crimson", [[789, 789]], [], "vendor's port (IANA has none)"),
  entry("Foundation Fieldbus HSE", [[1089, 1091]], [[1089, 1091]], "IANA ff-annunc, ff-fms, ff-sm"),
  entry(
    "Niagara Fox",
    [
      [1911, 1911],
      [4911, 4911],
    ],
    [],
    "nmap fox-info.nse",
  ),
  entry("ProConOS", [[20547, 20547]], [], "vendor's port (IANA has none)"),
  entry("PC Worx", [[1962, 1962]], [], "nmap pcworx-info.nse"),
  // 2222/tcp is EtherNet/IP too by the registry, but an SSH server almost everywhere it is open.
  entry(
    "EtherNet/IP",
    [[44818, 44818]],
    [
      [2222, 2222],
      [44818, 44818],
    ],
    "IANA EtherNet-IP-1, -2; nmap enip-info.nse",
  ),
  entry("IEC 60870-5-104", [[2404, 2404]], [], "IANA iec-104; nmap iec-identify.nse"),
  entry("OPC UA", [[4840, 4840]], [], "IANA opcua-tcp"),
  entry("HART-IP", [[5094, 5094]], [[5094, 5094]], "IANA hart-ip"),
  entry("GE SRTP", [[18245, 18246]], [], "vendor's ports (IANA has none)"),
  entry("MELSEC-Q", [[5007, 5007]], [[5006, 5006]], "vendor's ports (IANA has others there)"),
  entry("Omron FINS", [[9600, 9600]], [[9600, 9600]], "nmap omron-info.nse"),
  entry("DNP3", [[20000, 20000]], [[20000, 20000]], "IANA dnp"),
  entry("Profinet", [[34962, 34964]], [[34962, 34964]], "IANA profinet-rt, profinet-rtm, profinet-cm"),
  entry("EtherCAT", [[34980, 34980]], [[34980, 34980]], "IANA ethercat"),
  entry("BACnet/IP", [[47808, 47808]], [[47808, 47808]], "IANA bacnet; nmap bacnet-info.nse"),
];

const fragile: PortSet = {
  ...emptyPortSet,
  tcp: FRAGILE_PORTS.flatMap((e) => e.tcp).sort((a, b) => a[0] - b[0]),
  udp: FRAGILE_PORTS.flatMap((e) => e.udp).sort((a, b) => a[0] - b[0]),
};

/** Splits ports into those that may be identified (`probe`) and those left out (`skipped`). */
export function withoutFragilePorts(ports: PortSet): { probe: PortSet; skipped: PortSet } {
  return { probe: subtractPorts(ports, fragile), skipped: intersectPorts(ports, fragile) };
}

function entry(what: string, tcp: PortRange[], udp: PortRange[], source: string): FragilePorts {
  return { what, tcp, udp, source };
}
