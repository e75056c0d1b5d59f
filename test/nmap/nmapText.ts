/** Texts as nmap and others write them, and worse, for properties. */
import fc from "fast-check";

/** What may stand in an attribute's value: UTF-8 byte by byte, forbidden characters, every kind of reference. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z0-9 .:/_-]{0,12}$/) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "&amp;",
      "&lt;",
      "&gt;",
      "&quot;",
      "&apos;",
      "&#xa;",
      "&#45;",
      "&#x4F60;",
      "&#X41;",
      "&#xE4;&#xBD;&#xA0;",
      "&#xE4;&#xBD;",
      "&#195;&#169;",
      "&#x0;",
      "&#27;",
      "&#xD800;",
      "&#x1F600;",
      "&#xEF;&#xBF;&#xBF;",
      ">",
      "\n",
      "\t",
      "\u001b[2J",
      "é",
      "你好",
      "😀",
      "\uFFFE",
      "__proto__",
    ),
  },
);
const value = fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(""));
const attribute = (name: string) =>
  fc
    .tuple(value, fc.constantFrom('"', "'"), fc.constantFrom(" ", "\n", "  "))
    .map(([text, quote, blank]) => `${blank}${name}=${quote}${text}${quote}`);
const sometimes = (text: fc.Arbitrary<string>) => fc.oneof(text, fc.constant(""));
const join = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(""));

const script = join(
  fc.constant("<script"),
  attribute("id"),
  attribute("output"),
  fc.constantFrom(
    "/>",
    "><elem key='a'>b &amp; c</elem></script>",
    "><table><script id='x'/></table></script>",
  ),
);
const service = join(
  fc.constant("<service"),
  attribute("name"),
  sometimes(attribute("product")),
  sometimes(attribute("servicefp")),
  sometimes(attribute("name")),
  fc.constantFrom(' method="probed" conf="10"', ' conf="3"', ""),
  fc.constantFrom(
    "/>",
    "><cpe>cpe:/a:b:c</cpe><cpe/></service>",
    "><cpe> </cpe><cpe>a&#xE4;&#xBD;&#xA0;<!-- x --><![CDATA[<b>]]></cpe></service>",
    "><cpe a='1'>x</cpe>\n<cpe a='1'> </cpe></service >",
    "></service>",
  ),
);
const state = fc.constantFrom(
  '<state state="open" reason="syn-ack" reason_ttl="64"/>',
  '<state state="closed" reason="resets" reason_ttl="0" reason_ip="10.9.9.9"/>',
  '<state state="open"/><state state="closed"/>',
  '<state state="unknown"/>',
  '<state state="open"></state>',
);
const port = join(
  fc.constantFrom(
    '<port protocol="tcp" portid="22">',
    '<port protocol="udp" portid="53" >',
    '<port protocol="ip" portid="2">',
    "<port portid='80'>",
  ),
  fc.oneof(
    { weight: 5, arbitrary: join(state, sometimes(service), sometimes(script), sometimes(script)) },
    {
      weight: 1,
      arbitrary: join(
        sometimes(script),
        sometimes(service),
        sometimes(state),
        sometimes(script),
        sometimes(service),
      ),
    },
    {
      weight: 1,
      arbitrary: join(
        state,
        fc.constantFrom("<!-- <script/> -->", "<!-- </port> -->", "<x><script/></x>", "<x></x >"),
        service,
      ),
    },
  ),
  fc.constantFrom("</port>\n", "</port >"),
);
const ports = fc
  .tuple(
    fc.constantFrom(
      "",
      '<extraports state="closed" count="9"><extrareasons reason="resets" count="9" proto="tcp" ports="1-5,7,9-10"/></extraports>\n',
      '<extraports state="unknown" count="10"/>',
    ),
    fc.array(port, { maxLength: 3 }),
  )
  .map(([extra, list]) => `<ports>${extra}${list.join("")}</ports>\n`);
const host = join(
  fc.constantFrom(
    "<host>",
    '<host starttime="1767225600" endtime="1767225690">',
    '<host timedout="true">',
    "<host\n>",
  ),
  fc.constantFrom('<status state="up" reason="echo-reply" reason_ttl="63"/>', '<status state="down"/>', ""),
  fc.constantFrom(
    '<address addr="10.0.0.1" addrtype="ipv4"/>\n',
    '<address addr="02:00:00:00:00:02" addrtype="mac" vendor="A &amp; B"/><address addr="fe80::1%eth0" addrtype="ipv6"/>',
    '<address addr="IP" addrtype="ipv4"/>',
  ),
  sometimes(fc.constant('<hostnames><hostname name="a.example" type="PTR"/></hostnames>')),
  sometimes(ports),
  sometimes(ports),
  sometimes(join(fc.constant("<hostscript>"), script, fc.constant("</hostscript>"))),
  fc.constantFrom(
    "",
    '<os><portused state="open"/><osmatch name="Linux" accuracy="96"><osclass/></osmatch></os>',
    '<trace><hop ttl="1" ipaddr="10.0.0.254" host="gw"/></trace>',
  ),
  fc.constant("</host>\n"),
);
const between = fc.constantFrom(
  "",
  '<taskprogress task="SYN Stealth Scan" time="1" percent="3.14"/>\n',
  '<hosthint><status state="up"/><address addr="10.0.0.9" addrtype="ipv4"/></hosthint>',
  "<!-- a & b -->",
  "<?x y?>",
  '<target specification="x" status="skipped" reason="invalid"/>',
  '<scaninfo type="syn" protocol="tcp" numservices="3" services="1-3"/>\n',
  "\r\n",
  "<__proto__ constructor='x'><a/></__proto__>",
);
const end = fc.constantFrom(
  '<runstats><finished time="1767225700" elapsed="1.5" summary="done" exit="success"/><hosts up="1" down="0" total="1"/></runstats>\n',
  '<runstats><finished time="1767225700" timestr="x"/><hosts up="1" down="0" total="1" />\n<!-- done -->\n</runstats>',
  '<runstats><finished time="1" exit="error" errormsg="no route"/></runstats>',
  "",
);

/** A well-formed document, odd in every way a real one was. */
export const nmapText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "",
      '<?xml version="1.0"?>\n<!DOCTYPE nmaprun>\n<!-- Nmap -->\n',
      "\uFEFF<?xml version='1.0'?>",
      "junk\n",
    ),
    fc.constantFrom(
      '<nmaprun scanner="nmap" args="nmap -&#45;open &quot;x&quot;" start="1767225600" version="7.93">\n',
      "<nmaprun>",
      "<nmaprun scanner='masscan'\n>",
    ),
    fc.array(fc.tuple(between, host), { maxLength: 4 }),
    between,
    end,
    fc.constantFrom("", "\n", "\n<!-- more -->", "trailing"),
  )
  .map(([prolog, root, hosts, last, runstats, rest]) => {
    return `${prolog}${root}${hosts.flat().join("")}${last}${runstats}</nmaprun>${rest}`;
  });

/** The same, damaged in one place. */
export const damagedText: fc.Arbitrary<string> = fc
  .tuple(
    nmapText,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(30),
    fc.oneof(
      fc.stringMatching(/^[<>/"'&;=![\]a# x-]{0,6}$/),
      fc.constantFrom(
        "<!",
        "<!-",
        "<!--",
        "<![CDATA[",
        "<!DOCTYPE x>",
        "]]>",
        "--",
        "</host>",
        "<host>",
        "<?",
        "&#",
        "</nmaprun>",
        "<nmaprun>",
        "\u00A0",
        "\u2028",
      ),
    ),
  )
  .map(([text, where, gone, junk]) => {
    const at = Math.floor(where * text.length);
    return text.slice(0, at) + junk + text.slice(at + gone);
  });
