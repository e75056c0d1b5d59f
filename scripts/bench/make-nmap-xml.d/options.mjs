/** The command line of scripts/bench/make-nmap-xml. */
import { parseArgs } from "node:util";

export const HELP = `usage: scripts/bench/make-nmap-xml [OPTIONS]

Writes XML as nmap 7.93 does, of a network that was never scanned: for benchmarks and tests. The same options give
the same bytes. The defaults make about 100 MB: 17,000 hosts, 250,000 open ports with services.

  --hosts N         hosts (17000)
  --ports N         open ports a host, on average (14.7)
  --size BYTES      write hosts until the file has this size; 100M and 1G are understood. --hosts is ignored
  --asked WHAT      the ports asked: all (1-65535, default), top1000 or fast (100)
  --services HOW    probed (default: -sV), table or none
  --no-lists        leave the ports out of <extrareasons>, as nmap did before 7.91
  --filtered SHARE  of hosts that drop in place of resetting (0.3)
  --scripts SHARE   of ports with a script's output (0.5)
  --script-bytes N  length of such an output (180)
  --seed N          another network (1)
  --week N          the same network N weeks later (0)
  --change SHARE    of ports that change in a week (0.01)
  --output FILE     default: standard output
`;

const NUMBERS = {
  hosts: 17_000,
  ports: 14.7,
  filtered: 0.3,
  scripts: 0.5,
  "script-bytes": 180,
  seed: 1,
  week: 0,
  change: 0.01,
};

/** The options as numbers and words; ends the process where they are wrong or ask for help. */
export function readOptions(args) {
  const text = { type: "string" };
  const known = { size: text, asked: text, services: text, output: text };
  for (const name of Object.keys(NUMBERS)) known[name] = text;
  const { values } = parse(args, {
    ...known,
    "no-lists": { type: "boolean" },
    help: { type: "boolean", short: "h" },
  });
  if (values.help) end(0, HELP);
  const options = {
    asked: values.asked ?? "all",
    services: values.services ?? "probed",
    lists: !values["no-lists"],
    output: values.output ?? null,
    size: values.size === undefined ? Number.POSITIVE_INFINITY : sizeOf(values.size),
  };
  for (const [name, usual] of Object.entries(NUMBERS)) {
    const number = values[name] === undefined ? usual : Number(values[name]);
    if (!(number >= 0)) end(64, `--${name} wants a number, not ${JSON.stringify(values[name])}\n`);
    options[name] = number;
  }
  if (values.size !== undefined) options.hosts = Number.POSITIVE_INFINITY;
  return options;
}

function parse(args, options) {
  try {
    return parseArgs({ args, options });
  } catch (error) {
    return end(64, `${error.message}\n\n${HELP}`);
  }
}

function sizeOf(text) {
  const [, number, unit] = /^([0-9.]+)([kMG]?)B?$/.exec(text) ?? end(64, `--size ${text} is no size\n`);
  return Number(number) * { "": 1, k: 1e3, M: 1e6, G: 1e9 }[unit];
}

function end(code, text) {
  (code === 0 ? process.stdout : process.stderr).write(text);
  process.exit(code);
}
