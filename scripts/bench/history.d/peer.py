"""The peer: nmap's XML into SQLite as scripts of this kind do it (hackertarget's nmap-did-what among them).

ElementTree reads the whole file; then a row for the scan, for each host, and for each port of it, every time anew; one
commit a file. Usage: peer.py DATABASE FILE...
"""

import sqlite3
import sys
import xml.etree.ElementTree as ET

SCHEMA = """
CREATE TABLE IF NOT EXISTS scans (id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT, version TEXT, command TEXT,
  start_time TEXT, elapsed TEXT, hosts_up INTEGER, hosts_total INTEGER);
CREATE TABLE IF NOT EXISTS hosts (id INTEGER PRIMARY KEY AUTOINCREMENT, scan_id INTEGER, ip TEXT, hostname TEXT,
  os TEXT, ports_open INTEGER, ports_closed INTEGER, ports_filtered INTEGER, start_time TEXT, end_time TEXT,
  FOREIGN KEY (scan_id) REFERENCES scans (id));
CREATE TABLE IF NOT EXISTS ports (id INTEGER PRIMARY KEY AUTOINCREMENT, scan_id INTEGER, host_id INTEGER, port INTEGER,
  protocol TEXT, state TEXT, service_name TEXT, service_info TEXT, script_output TEXT,
  FOREIGN KEY (host_id) REFERENCES hosts (id));
"""


def parse(path):
    root = ET.parse(path).getroot()
    finished = root.find("runstats/finished")
    counts = root.find("runstats/hosts")
    scan = (
        path,
        root.get("version"),
        root.get("args"),
        root.get("start"),
        None if finished is None else finished.get("elapsed"),
        0 if counts is None else int(counts.get("up", "0")),
        0 if counts is None else int(counts.get("total", "0")),
    )
    hosts = []
    for host in root.findall("host"):
        address = host.find("address")
        hostname = host.find("hostnames/hostname")
        match = host.find("os/osmatch")
        count = {"open": 0, "closed": 0, "filtered": 0}
        for extra in host.findall("ports/extraports"):
            state = extra.get("state")
            if state in count:
                count[state] += int(extra.get("count", "0"))
        ports = []
        for port in host.findall("ports/port"):
            state = port.find("state").get("state")
            if state in count:
                count[state] += 1
            service = port.find("service")
            name = info = None
            if service is not None:
                name = service.get("name")
                info = " ".join(filter(None, (service.get("product"), service.get("version"), service.get("extrainfo"))))
            scripts = "\n".join(script.get("output", "") for script in port.findall("script"))
            ports.append((int(port.get("portid")), port.get("protocol"), state, name, info, scripts or None))
        hosts.append(
            (
                (
                    None if address is None else address.get("addr"),
                    None if hostname is None else hostname.get("name"),
                    None if match is None else match.get("name"),
                    count["open"],
                    count["closed"],
                    count["filtered"],
                    host.get("starttime"),
                    host.get("endtime"),
                ),
                ports,
            )
        )
    return scan, hosts


def insert(connection, scan, hosts):
    cursor = connection.cursor()
    cursor.execute(
        "INSERT INTO scans (file, version, command, start_time, elapsed, hosts_up, hosts_total) VALUES (?, ?, ?, ?, ?, ?, ?)",
        scan,
    )
    scan_id = cursor.lastrowid
    for host, ports in hosts:
        cursor.execute(
            "INSERT INTO hosts (scan_id, ip, hostname, os, ports_open, ports_closed, ports_filtered, start_time, end_time)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (scan_id, *host),
        )
        host_id = cursor.lastrowid
        for port in ports:
            cursor.execute(
                "INSERT INTO ports (scan_id, host_id, port, protocol, state, service_name, service_info, script_output)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (scan_id, host_id, *port),
            )
    connection.commit()


def main():
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    connection = sqlite3.connect(sys.argv[1])
    connection.executescript(SCHEMA)
    for path in sys.argv[2:]:
        insert(connection, *parse(path))
    connection.close()


main()
