/** What a run was asked beside what its row says (ports, vantage, method): enough to go on with it another day. */
export interface RunAsk {
  readonly version: 1;
  /** The addresses as the scope was resolved when it began, exclusions taken off: `10.0.0.1-10.0.0.9,10.0.1.2`. */
  readonly addresses: string;
  readonly skipDiscovery: boolean;
  readonly identify: boolean;
  readonly identifyFragilePorts: boolean;
  readonly names: boolean;
  /** A pace's name, packets a second, packets a second a host: as they were asked for; null where they were not. */
  readonly pace: string | null;
  readonly rate: number | null;
  readonly hostRate: number | null;
  /** The hours as they were asked for: `22:00-06:00`, milliseconds at most; null: the audit's, or none. */
  readonly window: string | null;
  readonly probeFor: number | null;
  readonly stopIfSilent: number | null;
  /** Absolute path of the profile; null: the audit's, or none. */
  readonly profile: string | null;
  readonly failOn: string | null;
  readonly minCoverage: number | null;
}
