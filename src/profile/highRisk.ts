/**
 * Ports that are judged as forbidden wherever no profile permits them: clear-text logins, Windows file sharing
 * and remote desktop, an unauthenticated store, SNMP. A profile's `defaults.high_risk` replaces the list.
 */
export const BUILT_IN_HIGH_RISK: readonly string[] = [
  "21/tcp",
  "23/tcp",
  "135/tcp",
  "137-139/tcp",
  "445/tcp",
  "3389/tcp",
  "6379/tcp",
  "161/udp",
];
