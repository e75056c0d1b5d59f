/**
 * Which elements and attributes of nmap's XML are read at all. A stream makes no tree of the others (structured script
 * output, fingerprints, progress), which may be most of a file; `mapDocument.ts` and what it calls ask for nothing else.
 */

export interface Shape {
  readonly name: string;
  /** The attributes that are read. */
  readonly attributes: readonly string[];
  readonly children: readonly Shape[];
  /** Only the first such element of its parent is read. */
  readonly isSingle: boolean;
  /** Its text is read. */
  readonly hasText: boolean;
  /** The same start tag comes again and again: its attributes are read once. */
  readonly hasFewTags: boolean;
  /** Mapped as soon as it is whole, and not kept in the tree. */
  readonly isPort: boolean;
  /** Its attribute `output` is left out where a host has too much of them. */
  readonly isScript: boolean;
}

type Unnamed = Omit<Shape, "name">;
type Options = Partial<Omit<Unnamed, "attributes" | "children">>;

function shape(attributes: string, children: Record<string, Unnamed> = {}, options: Options = {}): Unnamed {
  return {
    attributes: attributes === "" ? [] : attributes.split(" "),
    children: Object.entries(children).map(([name, child]) => ({ ...child, name })),
    isSingle: options.isSingle ?? false,
    hasText: options.hasText ?? false,
    hasFewTags: options.hasFewTags ?? false,
    isPort: options.isPort ?? false,
    isScript: options.isScript ?? false,
  };
}

const SINGLE: Options = { isSingle: true };

const scripts = { script: shape("id output", {}, { isScript: true }) };
const address = shape("addr addrtype vendor");
const status = shape("state reason reason_ttl", {}, { isSingle: true, hasFewTags: true });

const portParts = {
  state: shape("state reason reason_ttl reason_ip", {}, SINGLE),
  service: shape(
    "name product version extrainfo tunnel method conf hostname ostype devicetype",
    { cpe: shape("", {}, { hasText: true }) },
    SINGLE,
  ),
};
const port = shape("protocol portid", { ...portParts, ...scripts }, { isPort: true });
const portWithoutScripts = shape("protocol portid", portParts, { isPort: true });

const extraPorts = shape(
  "state count",
  { extrareasons: shape("reason count proto ports") },
  { hasFewTags: true },
);

const HOST = "starttime endtime timedout comment";

const hostnames = shape("", { hostname: shape("name type") }, SINGLE);

const host = shape(
  HOST,
  {
    status,
    address,
    hostnames,
    ports: shape("", { port, extraports: extraPorts }, SINGLE),
    hostscript: shape("", scripts),
    os: shape("", { osmatch: shape("name accuracy") }, SINGLE),
    distance: shape("value", {}, SINGLE),
    uptime: shape("seconds", {}, SINGLE),
    trace: shape("", { hop: shape("ttl ipaddr host") }, SINGLE),
  },
  { hasFewTags: true },
);

/** What stands beside the hosts. */
const aroundHosts = {
  scaninfo: shape("type protocol numservices services"),
  target: shape("specification status reason"),
  prescript: shape("", scripts),
  postscript: shape("", scripts),
  runstats: shape("", {
    finished: shape("time elapsed exit errormsg summary", {}, SINGLE),
    hosts: shape("up down total", {}, SINGLE),
  }),
};

const ROOT = "scanner args version start profile_name";

/** All that is mapped. */
export const wholeShape: Shape = { ...shape(ROOT, { host, ...aroundHosts }), name: "nmaprun" };

/**
 * What an import keeps. The outputs of scripts, often most of a file, are no part of the history, nor are guesses of the
 * system and hops.
 */
export const importShape: Shape = {
  ...shape(ROOT, {
    host: shape(
      HOST,
      {
        status,
        address,
        hostnames,
        ports: shape("", { port: portWithoutScripts, extraports: extraPorts }, SINGLE),
      },
      { hasFewTags: true },
    ),
    ...aroundHosts,
  }),
  name: "nmaprun",
};

/** What tells of a file as a whole: its run, and of each host only which it is. */
export const surveyShape: Shape = {
  ...shape(ROOT, { host: shape(HOST, { status, address }, { hasFewTags: true }), ...aroundHosts }),
  name: "nmaprun",
};

/** The child of that name; its few names are compared faster than one is looked up. */
export function childShape({ children }: Shape, name: string): Shape | undefined {
  for (const child of children) if (child.name === name) return child;
  return undefined;
}
