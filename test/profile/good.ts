import { parseProfile } from "../../src/profile/parse.js";
import type { Profile } from "../../src/profile/profile.js";

/** A profile of two files that uses every word of the language, for the tests that break it. */
export const GOOD = `# what is expected
version: 1
include: common.yaml
vantages:
  bastion: { description: in the server network }
  office: the users' network
networks:
  servers: [10.20.0.0/22, "2001:db8:20::/64"]
  dmz: { cidr: [10.30.0.0/24], except: [10.30.0.1] }
services:
  web: [80/tcp, 443/tcp]
  dns: [53/tcp, 53/udp]
  front: [web, 8000-8100/tcp]
hosts:
  db01: { addresses: [10.20.1.10, 10.20.2.10], seen_as: { internet: 203.0.113.5 }, owner: dba-team, system: billing, tags: [linux] }
  db02: { addresses: [10.20.1.12, 10.20.2.12], realm: [default, lab] }
  mail01: 10.20.1.25
defaults:
  unlisted: forbidden
  severity: { high_risk: critical, unexpected-open: low, unlisted: medium, missing: low }
  high_risk: [23/tcp, 137-139/tcp, 161/udp]
  due: { critical: 2d, high: 1w, medium: 30 }
  confirm_runs: 2
  udp_open_filtered: unconfirmed
groups:
  - id: linux-base
    match: { network: servers }
    owner: platform
    required: [ssh]
    allowed:
      - 9100/tcp
      - { port: 123/udp, reason: time }
  - id: db-primary
    extends: linux-base
    templates: [watched, database]
    match:
      name: db01.corp.example
      address: [10.20.1.10, 10.20.1.12]
    owner: dba-team
    severity: high
    required:
      - port: 5432/tcp
        service: postgresql
        product: "PostgreSQL DB"
        version: ">=14"
        from: [bastion, internet]
        closed_from: office
        severity: critical
    forbidden: [telnet, 5433/tcp]
  - id: dmz-web
    match: { network: [dmz, 10.40.0.0/16], tags: [web] }
    owner: unreviewed
    allowed: [front, { port: [dns, 8443/tcp], owner: net-team }]
exceptions:
  - id: EXC-2026-014
    match: { host: [app07.corp.example, 10.20.1.77] }
    ports: [8080/tcp, front]
    rules: [unexpected-open, wrong-service]
    from: office
    owner: li.wei
    reason: console of the vendor until it is moved
    ticket: CHG-4711
    approved_by: ciso
    expires: 2026-03-31
  - { id: EXC-2026-015, match: { cidr: 10.20.3.0/24 }, rules: host-missing, owner: ops, reason: not built yet, expires: "2026-12-31" }
`;

/** What it includes. */
export const GOOD_INCLUDED = `# common to all sites
vantages:
  internet:
templates:
  watched:
    description: what the monitoring asks
    required: [{ port: 9100/tcp, from: bastion }]
    allowed: [161/udp]
    forbidden: [9090/tcp]
groups:
  - id: lab
    match: { network: dmz, realm: lab }
    templates: web
    allowed: [dns]
`;

export const INCLUDED_NAME = "common.yaml";

/** Reads the profile as `p.yaml` with its included file, either of them changed. */
export function parseGood({ root = GOOD, included = GOOD_INCLUDED } = {}): Profile {
  return parseProfile(root, "p.yaml", [{ name: INCLUDED_NAME, text: included }]);
}
