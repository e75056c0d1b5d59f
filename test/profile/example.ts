/** A profile as an engineer writes it by hand: with comments, each section once, flow and block style mixed. */
export const LARGE_EXAMPLE = `# what the sites may show
version: 1
vantages:                         # where we look from
  jump: { description: jump host in the server network }
  floor: { description: "desks, VLAN 31" }
networks:
  racks: [172.20.0.0/21]
  edge: { cidr: [172.30.4.0/24], except: [172.30.4.1] }
services:
  ssh: [22/tcp]
  www: [80/tcp, 443/tcp]
  names: [53/tcp, 53/udp]
defaults:
  unlisted: forbidden             # forbidden | review | allowed
  udp_open_filtered: unconfirmed
  confirm_runs: 1
  severity: { high_risk: critical, unlisted: low, missing: info }
  high_risk: [23/tcp, 137-139/tcp, 161/udp]
groups:
  - id: linux
    match: { network: racks, tags: [linux] }   # both
    required: [ssh]
    allowed: [9100/tcp, names]
  - id: sql
    extends: linux
    match: { host: [sql01.example.net, 172.20.1.7] }
    owner: data
    required:
      - port: 3306/tcp
        service: mysql            # as nmap says
        product: "/MariaDB|MySQL/"
        version: ">=10, <12"
        from: [jump]              # open from here ...
        closed_from: [floor]      # ... and not from there
    forbidden: [telnet, 33060/tcp]
exceptions:
  - id: WAIVER-7
    match: { host: scanner.example.net }
    ports: [8834/tcp]
    owner: kim
    reason: the console of the scanner until it moves
    ticket: OPS-1201
    approved_by: the board
    expires: 2027-06-30           # its last day
`;
