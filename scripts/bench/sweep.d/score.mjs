/** What was found beside what is there. */

/** Open ports in nmap's XML, as rows of `query open`. */
export function openInXml(xml) {
  const rows = [];
  for (const [, host] of xml.matchAll(/<host [^>]*>([\s\S]*?)<\/host>/g)) {
    const address = /<address addr="([^"]+)" addrtype="ipv[46]"/.exec(host)?.[1];
    for (const [, protocol, port] of host.matchAll(
      /<port protocol="(\w+)" portid="(\d+)"><state state="open"/g,
    ))
      rows.push({ address, protocol, port: Number(port) });
  }
  return rows;
}

/**
 * Of the TCP ports asked: found among those there are, and found where none is.
 * @param asked first and last port
 */
export function scoreOf(rows, truth, [first, last]) {
  const there = new Set(
    truth.hosts.flatMap(({ address, tcp }) =>
      tcp.open.filter((port) => port >= first && port <= last).map((port) => `${address} ${port}`),
    ),
  );
  const said = rows
    .filter(({ protocol }) => protocol === "tcp")
    .map(({ address, port }) => `${address} ${port}`);
  const found = said.filter((each) => there.has(each)).length;
  return { found, there: there.size, wrong: said.length - found };
}
