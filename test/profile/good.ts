/** A profile that uses every word of the language, for the tests that break it. */
export const GOOD = `# what is expected
version: 1
networks:
  servers: [10.20.0.0/22, "2001:db8:20::/64"]
  dmz: { cidr: [10.30.0.0/24], except: [10.30.0.1] }
services:
  web: [80/tcp, 443/tcp]
  dns: [53/tcp, 53/udp]
  front: [web, 8000-8100/tcp]
defaults:
  unlisted: forbidden
  severity: { high_risk: critical, unexpected-open: low }
  high_risk: [23/tcp, 137-139/tcp, 161/udp]
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
        severity: critical
    forbidden: [telnet, 5433/tcp]
  - id: dmz-web
    match: { network: [dmz, 10.40.0.0/16], tags: [web] }
    owner: unreviewed
    allowed: [front, { port: [dns, 8443/tcp], owner: net-team }]
`;
