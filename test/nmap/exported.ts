/** Runs and hosts to export, at random: every state and text that the store may hold. */
import fc from "fast-check";
import {
  CONFIDENCES,
  type HostObservation,
  PORT_STATES,
  PROOFS,
  type QuietGroup,
  type Service,
} from "../../src/facts/observation.js";
import { type Port, PROTOCOLS } from "../../src/facts/port.js";
import { OUTCOMES, type Run, STAGES } from "../../src/facts/run.js";
import type { ExportedHost } from "../../src/nmap/writeHost.js";
import { numberToAddress } from "../../src/scope/address.js";
import {
  countPorts,
  emptyPortSet,
  formatPortSet,
  portSetOf,
  portSetOfRanges,
  subtractPorts,
  unionPorts,
} from "../../src/scope/portSet.js";
import { anyAddressNumber } from "../scope/arbitraries.js";

/** Any UTF-16 at all, and much of what breaks XML, terminals and nmap's own bytes. */
export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string() },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.constantFrom(
          "&",
          "<",
          ">",
          '"',
          "'",
          "]]>",
          "--",
          "-->",
          "&#xE4;&#xBD;&#xA0;",
          "&#27;",
          "\\x1B",
          "\u0000",
          "\u001b[2J",
          "\u009b",
          "\u0085",
          "\u00ad",
          "\u00c3\u00a4",
          "\u202e",
          "\u2028",
          "\ufeff",
          "\ufffe",
          "\uffff",
          "\ud800",
          "\udc00",
          "😀",
          "你好",
          "\t",
          "\n",
          "\r\n",
          " ",
          'portreeve/1 {"presence":"alive"}',
          "\u007f",
        ),
        { maxLength: 6 },
      )
      .map((parts) => parts.join("")),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
      .map((units) => String.fromCharCode(...units)),
  },
);
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });

const anyService: fc.Arbitrary<Service> = fc.record({
  name: anyText,
  product: orNull(anyText),
  version: orNull(anyText),
  extraInfo: orNull(anyText),
  tunnel: fc.constantFrom(null, "ssl", "dtls"),
  method: fc.constantFrom("table", "probed"),
  confidence: fc.constantFrom(0, 3, 10, 11, 0.5),
  hostname: orNull(anyText),
  osType: orNull(anyText),
  deviceType: orNull(anyText),
  cpes: fc.array(fc.oneof(fc.constant("cpe:/a:openbsd:openssh:9.2p1"), anyText), { maxLength: 2 }),
});

/** Reasons of nmap's, their plurals, and what nobody writes. */
const anyReason = fc.oneof(
  fc.constantFrom("reset", "resets", "no-response", "port-unreach", "admin-prohibited", "conn-refused", ""),
  anyText,
);
const anyPort: fc.Arbitrary<Port> = fc.record({
  protocol: fc.constantFrom(...PROTOCOLS),
  port: fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 65_535 })),
});

export const anyObservation: fc.Arbitrary<HostObservation> = fc
  .record({
    number: anyAddressNumber,
    presence: fc.constantFrom("alive" as const, "silent" as const, "vanished" as const),
    aliveReason: orNull(anyReason),
    mac: orNull(fc.oneof(fc.constant("02:00:00:00:00:02"), anyText)),
    vendor: orNull(anyText),
    names: fc.array(anyText, { maxLength: 3 }),
    grade: fc.constantFrom("full" as const, "positive-only" as const),
    holesUnjudged: orNull(anyText),
    holes: fc.array(
      fc.record({
        protocol: fc.constantFrom(...PROTOCOLS),
        port: fc.integer({ min: 0, max: 65_535 }),
        silentShare: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
        neighboursAsked: fc.nat(30),
        neighboursAnswered: fc.nat(30),
      }),
      { maxLength: 2 },
    ),
    ports: fc.uniqueArray(anyPort, {
      maxLength: 60,
      selector: ({ protocol, port }) => `${protocol} ${port}`,
    }),
    /** Which group a port is in; 0 is none, and it is a cell. */
    places: fc.array(fc.nat(4), { minLength: 60, maxLength: 60 }),
    /** So many more ports in the first group: enough to be told as a group. */
    wide: fc.constantFrom(0, 0, 30, 500),
    groups: fc.array(
      fc.record({
        state: fc.constantFrom<QuietGroup["state"]>(...PORT_STATES, "closed-or-filtered"),
        reason: anyReason,
        proof: fc.constantFrom(...PROOFS),
      }),
      { minLength: 4, maxLength: 4 },
    ),
    answers: fc.array(
      fc.record({
        state: fc.constantFrom(...PORT_STATES),
        reason: anyReason,
        proof: fc.constantFrom(...PROOFS),
        ttl: orNull(fc.integer({ min: 1, max: 255 })),
        service: orNull(anyService),
        scripts: fc.array(fc.record({ id: anyText, output: anyText }), { maxLength: 2 }),
        confidence: fc.constantFrom(...CONFIDENCES),
      }),
      { minLength: 12, maxLength: 12 },
    ),
  })
  .map(({ number, ports, places, wide, groups, answers, ...host }) => {
    const cells = ports
      .filter((_, i) => places[i] === 0)
      .slice(0, answers.length)
      .map((port, i) => ({ ...port, ...(answers[i] as (typeof answers)[number]) }));
    const quiet = groups.flatMap((group, index) => {
      const own = portSetOf(ports.filter((_, i) => places[i] === index + 1));
      const more =
        index === 0 && wide > 0 ? portSetOfRanges({ tcp: [[20_000, 19_999 + wide]] }) : emptyPortSet;
      const all = unionPorts(own, subtractPorts(more, portSetOf(ports)));
      return countPorts(all) === 0 ? [] : [{ ...group, ports: all }];
    });
    return {
      ...host,
      holes: host.holes.map((hole) => ({ ...hole, silentShare: Math.abs(hole.silentShare) })),
      address: numberToAddress(number.family, number.number),
      cells,
      quiet,
      covered: unionPorts(portSetOf(cells), ...quiet.map((group) => group.ports)),
    };
  })
  // An IPv4-mapped address is IPv4 everywhere in portreeve.
  .filter(({ address }) => !address.startsWith("::ffff:"));

const anyShare = orNull(fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0));

const anyInstant = fc.integer({ min: 1_000, max: 4_000_000_000_000 });

export const anyHost: fc.Arbitrary<ExportedHost> = fc.record({
  observation: anyObservation,
  startedAt: orNull(anyInstant),
  endedAt: orNull(anyInstant),
});

export const anyRun: fc.Arbitrary<Run> = fc.record({
  id: fc.integer({ min: 1, max: 100_000 }),
  source: fc.constantFrom("live", "import"),
  audit: orNull(anyText),
  vantage: anyText,
  realm: anyText,
  operator: anyText,
  startedAt: anyInstant,
  endedAt: orNull(anyInstant),
  outcome: fc.constantFrom(...OUTCOMES),
  why: orNull(anyText),
  method: fc.constantFrom("raw", "connect"),
  ports: fc
    .array(fc.tuple(fc.constantFrom(...PROTOCOLS), fc.integer({ min: 0, max: 65_000 }), fc.nat(500)), {
      maxLength: 5,
    })
    .map((parts) =>
      formatPortSet(
        unionPorts(
          ...parts.map(([protocol, from, more]) => portSetOfRanges({ [protocol]: [[from, from + more]] })),
        ),
      ),
    ),
  targets: fc.array(anyText, { maxLength: 3 }),
  exclusions: fc.array(anyText, { maxLength: 2 }),
  addressCount: fc.nat(300),
  rate: fc.constantFrom(0, 0.5, 500, 5000),
  nmapVersion: fc.constantFrom("7.93", "7.95"),
  sources: fc.constantFrom([], [numberToAddress(4, 0x7f00_0001n)]),
  profileHash: fc.constant(null),
  warnings: fc.constant([]),
  coverage: fc.constant(null),
  cellsDue: fc.constant(null),
  cellsCovered: fc.constant(null),
  recall: orNull(fc.record({ estimate: anyShare, lower: anyShare, upper: anyShare, source: anyText })),
  silenced: fc.array(
    fc.record({
      address: fc.constant(numberToAddress(4, 0x7f00_0001n)),
      lastAnswer: anyInstant,
      lastSent: orNull(
        fc.record({
          stage: fc.constantFrom(...STAGES),
          ports: fc.constantFrom("", "T:22,80"),
          at: anyInstant,
        }),
      ),
    }),
    { maxLength: 2 },
  ),
  disbelieved: fc.array(
    fc.record({
      place: fc.constantFrom("10.0.0.9", "10.0.3.0/24", "2001:db8::/64"),
      flag: fc.constantFrom("middlebox", "tarpit"),
      why: anyText,
    }),
    { maxLength: 2 },
  ),
});
