/** Writes the file: nmap 7.93's form, tag for tag. */
import { closeSync, openSync, writeSync } from "node:fs";
import { askedPorts, chance, openPorts } from "./network.mjs";
import { readOptions } from "./options.mjs";

const FIRST_WEEK = 1_767_225_600;
const WEEK = 7 * 86_400;

const options = readOptions(process.argv.slice(2));
const asked = askedPorts(options.asked);
const start = FIRST_WEEK + options.week * WEEK;
const file = options.output === null ? 1 : openSync(options.output, "w");

let text = header();
let written = 0;
let hosts = 0;
for (; hosts < options.hosts && written + text.length < options.size; hosts++) {
  text += hostElement(hosts);
  if (text.length > 1 << 20) flush();
}
text += footer();
flush();
if (file !== 1) closeSync(file);

function flush() {
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; ) at += writeAll(bytes, at);
  written += bytes.length;
  text = "";
}

/** A pipe that is full is waited for. */
function writeAll(bytes, at) {
  try {
    return writeSync(file, bytes, at);
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    return 0;
  }
}

function header() {
  const ports = { top1000: "", fast: "-F ", all: "-p 1-65535 " }[options.asked];
  const args = `nmap -sS ${options.services === "probed" ? "-sV " : ""}${ports}-oX scan.xml 10.0.0.0/8`;
  const date = new Date(start * 1000).toUTCString();
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/bin/../share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.93 scan initiated ${date} as: ${args} -->
<nmaprun scanner="nmap" args="${args}" start="${start}" startstr="${date}" version="7.93" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="${asked.length}" services="${rangesText(asked)}"/>
<verbose level="0"/>
<debugging level="0"/>
`;
}

function hostElement(host) {
  const address = `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
  const begins = start + Math.floor(host / 64) * 3;
  const drops = chance(options.seed, host, 6) < options.filtered;
  const open = openPorts(options, asked, host);
  const ports = new Set(open.map(({ port }) => port));
  const others = asked.filter((port) => !ports.has(port));
  return `<host starttime="${begins}" endtime="${begins + 90}"><status state="up" reason="echo-reply" reason_ttl="63"/>
<address addr="${address}" addrtype="ipv4"/>
<hostnames>
<hostname name="srv-${host}.example.net" type="PTR"/>
</hostnames>
<ports>${extraPorts(others, drops)}${open.map((each) => portElement(each, host)).join("")}</ports>
<times srtt="${200 + (host % 900)}" rttvar="${50 + (host % 77)}" to="100000"/>
</host>
`;
}

function extraPorts(others, drops) {
  if (others.length === 0) return "";
  const [state, reason] = drops ? ["filtered", "no-response"] : ["closed", "reset"];
  const list = options.lists ? ` proto="tcp" ports="${rangesText(others)}"` : "";
  const name = options.lists ? reason : `${reason}s`;
  return `<extraports state="${state}" count="${others.length}">
<extrareasons reason="${name}" count="${others.length}"${list}/>
</extraports>
`;
}

function portElement({ port, name, product, version, cpe }, host) {
  const state = '<state state="open" reason="syn-ack" reason_ttl="63"/>';
  return `<port protocol="tcp" portid="${port}">${state}${service()}${script(port, host)}</port>\n`;

  function service() {
    if (options.services === "none") return "";
    if (options.services === "table" || product === "")
      return `<service name="${name}" method="table" conf="3"/>`;
    const number = version === "" ? "" : ` version="${version}"`;
    const known = `<cpe>cpe:/a:${cpe}${version === "" ? "" : `:${version.split(" ")[0]}`}</cpe>`;
    return `<service name="${name}" product="${product}"${number} ostype="Linux" method="probed" conf="10">${known}<cpe>cpe:/o:linux:linux_kernel</cpe></service>`;
  }
}

function script(port, host) {
  if (chance(options.seed, host, port, 8) >= options.scripts) return "";
  const line = `&#xa;  host ${host} port ${port}: title of a page &amp; more`;
  const output = line.repeat(1 + Math.floor(options["script-bytes"] / line.length));
  return `<script id="http-title" output="${output}"><elem key="title">page ${port}</elem>\n</script>`;
}

function footer() {
  const end = start + Math.floor(hosts / 64) * 3 + 120;
  const date = new Date(end * 1000).toUTCString();
  const took = end - start;
  return `<runstats><finished time="${end}" timestr="${date}" summary="Nmap done at ${date}; ${hosts} IP addresses (${hosts} hosts up) scanned in ${took}.00 seconds" elapsed="${took}.00" exit="success"/><hosts up="${hosts}" down="0" total="${hosts}"/>
</runstats>
</nmaprun>
`;
}

/** `1,3-4`: as nmap writes a list of ascending ports. */
function rangesText(ports) {
  const parts = [];
  for (let i = 0; i < ports.length; i++) {
    const from = ports[i];
    while (ports[i + 1] === ports[i] + 1) i++;
    parts.push(ports[i] === from ? `${from}` : `${from}-${ports[i]}`);
  }
  return parts.join(",");
}
