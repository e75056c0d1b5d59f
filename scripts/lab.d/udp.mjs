/**
 * UDP speakers: each answers well-formed questions of its protocol, nmap's payloads among them, and ignores the rest,
 * as a real server does. What the truth calls open is thus seen as open.
 */
import { createSocket } from "node:dgram";

/** @typedef {(input: Buffer) => Buffer | null} UdpSpeaker what is answered to one datagram; null: nothing */

/** @type {Record<string, UdpSpeaker>} */
const SPEAKERS = {
  /** RFC 862. */
  echo: (input) => input,
  domain: answerDns,
  zeroconf: answerMulticastDns,
  ntp: answerNtp,
  snmp: answerSnmp,
  /** RFC 1350: ERROR "file not found", from the port itself as single-port servers do. */
  tftp: (input) =>
    input.length >= 6 && input.readUInt16BE(0) === 1
      ? Buffer.from("\0\x05\0\x01File not found\0", "latin1")
      : null,
  "netbios-ns": answerNetbios,
  rpcbind: answerRpc,
  nfs: answerRpc,
  upnp: (input) =>
    input.toString("latin1").startsWith("M-SEARCH * HTTP/1.1")
      ? Buffer.from(
          "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\nLOCATION: http://198.18.20.0/rootDesc.xml\r\n" +
            "SERVER: Debian/12 UPnP/1.1 MiniUPnPd/2.2.1\r\nST: upnp:rootdevice\r\nUSN: uuid:0::upnp:rootdevice\r\n\r\n",
        )
      : null,
  isakmp: answerIsakmp,
  /** RFC 1058: a request for the whole table is answered with a response. */
  route: (input) =>
    input.length >= 24 && input[0] === 1
      ? Buffer.concat([
          Buffer.from([2, 1, 0, 0, 0, 2, 0, 0]),
          Buffer.from([198, 18, 20, 0]),
          Buffer.alloc(8),
          Buffer.from([0, 0, 0, 1]),
        ])
      : null,
  /** XDMCP 1.1: Query is answered with Unwilling. */
  xdmcp: (input) => {
    if (input.length < 7 || input.readUInt16BE(0) !== 1 || input.readUInt16BE(2) !== 2) return null;
    const fields = Buffer.concat([counted("lab"), counted("Display not authorized to connect")]);
    return Buffer.concat([words(1, 6, fields.length), fields]);
  },
  /** RMCP and ASF presence ping (DMTF DSP0136): pong. */
  "asf-rmcp": (input) => {
    if (input.length < 12 || input[0] !== 6 || input[3] !== 6 || input[8] !== 0x80) return null;
    const pong = Buffer.from("0600ff06000011be40000010000011be00000000810000000000000000", "hex").subarray(
      0,
      28,
    );
    pong[9] = input[9] ?? 0;
    return pong;
  },
  /** RFC 5389: binding success with an XOR-MAPPED-ADDRESS. */
  stun: (input) => {
    if (input.length < 20 || input.readUInt16BE(0) !== 1 || input.readUInt32BE(4) !== 0x2112a442) return null;
    return Buffer.concat([
      words(0x0101, 12),
      input.subarray(4, 20),
      words(0x0020, 8),
      Buffer.from("0001a147e1baa543", "hex"),
    ]);
  },
  /** RFC 6886: the external address. */
  "nat-pmp": (input) =>
    input.length === 2 && input.readUInt16BE(0) === 0
      ? Buffer.from([0, 128, 0, 0, 0, 0, 0, 42, 198, 18, 0, 1])
      : null,
  /** RFC 2865: Access-Reject. */
  radius: (input) =>
    input.length >= 20 && input[0] === 1
      ? Buffer.concat([Buffer.from([3, input[1] ?? 0, 0, 20]), Buffer.alloc(16, 0x5a)])
      : null,
  /** Memcached's UDP frame, then its text protocol. */
  memcache: (input) => {
    if (input.length < 9) return null;
    const text = input.subarray(8).toString("latin1");
    const said = text.startsWith("version") ? "VERSION 1.6.18\r\n" : "ERROR\r\n";
    return Buffer.concat([input.subarray(0, 2), words(0, 1, 0), Buffer.from(said)]);
  },
  /** RFC 2608: a service reply with one URL. */
  svrloc: (input) => {
    if (input.length < 14 || input[0] !== 2 || input[1] !== 1) return null;
    const url = Buffer.from("service:service-agent://198.18.20.0");
    const body = Buffer.concat([
      words(0, 1),
      Buffer.from([0]),
      words(0xffff),
      counted(url.toString()),
      Buffer.from([0]),
    ]);
    const total = 16 + body.length;
    return Buffer.concat([
      Buffer.from([2, 2, 0, total >> 8, total & 0xff, 0, 0, 0, 0, 0]),
      input.subarray(10, 12),
      counted("en"),
      body,
    ]);
  },
  /** RFC 4511 over UDP: an empty entry and "success" under the asker's message number. */
  ldap: (input) => {
    const id = input[0] === 0x30 ? input.indexOf(Buffer.from([2, 1])) : -1;
    if (id < 0 || id + 2 >= input.length) return null;
    const number = input[id + 2] ?? 0;
    return Buffer.concat([
      Buffer.from([0x30, 0x09, 2, 1, number, 0x64, 4, 4, 0, 0x30, 0]),
      Buffer.from([0x30, 0x0c, 2, 1, number, 0x65, 7, 10, 1, 0, 4, 0, 4, 0]),
    ]);
  },
};

/**
 * Listens on one UDP port of this namespace.
 *
 * @param {number} port
 * @param {string} name a speaker
 * @param {4 | 6} family 6: both
 * @returns {Promise<void>} once it listens; rejects when it cannot
 */
export async function listenUdp(port, name, family) {
  const speaker = SPEAKERS[name];
  if (speaker === undefined) throw new Error(`no UDP speaker is called ${name}`);
  const socket = createSocket({ type: family === 6 ? "udp6" : "udp4", recvBufferSize: 1 << 18 });
  await new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, () => resolve(undefined));
  });
  socket.removeAllListeners("error");
  socket.on("error", () => {});
  socket.on("message", (input, from) => {
    const said = speaker(input);
    if (said !== null) socket.send(said, from.port, from.address, () => {});
  });
}

/** Sixteen-bit words, network order. @param {...number} values */
function words(...values) {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) buffer.writeUInt16BE(value, index * 2);
  return buffer;
}

/** A text behind its length in sixteen bits. @param {string} text */
function counted(text) {
  return Buffer.concat([words(Buffer.byteLength(text)), Buffer.from(text)]);
}

/** RFC 1035. A status request gets "not implemented", version.bind its text, all else "refused". @param {Buffer} input */
function answerDns(input) {
  if (input.length < 12 || ((input[2] ?? 0) & 0x80) !== 0) return null;
  const operation = ((input[2] ?? 0) >> 3) & 0xf;
  const asked = input.readUInt16BE(4);
  if (operation !== 0 || asked === 0) {
    return Buffer.concat([
      input.subarray(0, 2),
      words(0x8000 | (operation << 11) | (operation === 0 ? 1 : 4), 0, 0, 0, 0),
    ]);
  }
  let end = 12;
  while (end < input.length && input[end] !== 0) end += (input[end] ?? 0) + 1;
  end += 5;
  if (end > input.length) return Buffer.concat([input.subarray(0, 2), words(0x8001, 0, 0, 0, 0)]);
  const question = input.subarray(12, end);
  const isVersion = question.toString("latin1").toLowerCase().startsWith("\x07version\x04bind");
  if (!isVersion) return Buffer.concat([input.subarray(0, 2), words(0x8005, 1, 0, 0, 0), question]);
  const text = Buffer.from("9.18.24-1-Debian");
  return Buffer.concat([
    input.subarray(0, 2),
    words(0x8400, 1, 1, 0, 0),
    question,
    words(0xc00c, 16, 3, 0, 0, text.length + 1),
    Buffer.from([text.length]),
    text,
  ]);
}

/** RFC 6763 section 9: the kinds of services here, one. Other questions get nothing, as RFC 6762 wants. @param {Buffer} input */
function answerMulticastDns(input) {
  const asked = Buffer.from("\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c", "latin1");
  if (input.length < 12 || input.indexOf(asked) !== 12) return null;
  const kind = Buffer.from("\x04_ssh\x04_tcp\xc0\x23", "latin1");
  const answer = Buffer.concat([words(0xc00c, 12, 1, 0, 10, kind.length), kind]);
  return Buffer.concat([input.subarray(0, 2), words(0x8400, 1, 1, 0, 0), asked, words(1), answer]);
}

/** RFC 5905 (server) and RFC 1305 control messages (mode 6). @param {Buffer} input */
function answerNtp(input) {
  const first = input[0] ?? 0;
  const mode = first & 7;
  const version = (first >> 3) & 7;
  if (input.length >= 48 && mode === 3) {
    const reply = Buffer.alloc(48);
    reply.set([(version << 3) | 4, 2, input[2] ?? 6, 0xec]);
    reply.writeUInt32BE(0x0000_0100, 4);
    reply.writeUInt32BE(0x0000_0200, 8);
    reply.set([198, 18, 20, 0], 12);
    const now = Date.now() / 1000 + 2_208_988_800;
    for (const offset of [16, 32, 40]) reply.writeUInt32BE(Math.floor(now), offset);
    input.copy(reply, 24, 40, 48);
    return reply;
  }
  if (mode === 6 && input.length >= 12) {
    const text = Buffer.from('version="ntpd 4.2.8p15", system="Linux"');
    const head = Buffer.from([
      first,
      ((input[1] ?? 0) & 0x1f) | 0x80,
      ...input.subarray(2, 4),
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      text.length,
    ]);
    return Buffer.concat([head, text, Buffer.alloc((4 - (text.length % 4)) % 4)]);
  }
  return null;
}

/** One BER value with a short length. @param {number} tag @param {...Buffer} parts */
function ber(tag, ...parts) {
  const body = Buffer.concat(parts);
  return Buffer.concat([
    Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]),
    body,
  ]);
}

/** The tag, body and end of the BER value at an offset. @param {Buffer} input @param {number} at */
function readBer(input, at) {
  const length = input[at + 1];
  if (length === undefined) return null;
  const wide = length & 0x80 ? length & 0x7f : 0;
  let size = wide === 0 ? length : 0;
  for (let index = 0; index < wide; index += 1) size = size * 256 + (input[at + 2 + index] ?? 0);
  const start = at + 2 + wide;
  return start + size > input.length
    ? null
    : { tag: input[at] ?? 0, body: input.subarray(start, start + size), end: start + size };
}

/** RFC 1157 and 3416 for the community "public"; RFC 3414 engine discovery for version 3. @param {Buffer} input */
function answerSnmp(input) {
  const message = readBer(input, 0);
  const version = message && readBer(message.body, 0);
  if (message?.tag !== 0x30 || !version || version.tag !== 2) return null;
  const number = version.body[0];
  const next = readBer(message.body, version.end);
  if (!next) return null;
  if (number === 3) return reportEngine(next.body);
  if (next.body.toString("latin1") !== "public") return null;
  const request = readBer(message.body, next.end);
  const id = request && readBer(request.body, 0);
  if (!request || !id || ![0xa0, 0xa1].includes(request.tag)) return null;
  // sysDescr.0, the first value of any walk.
  const binding = ber(
    0x30,
    ber(6, Buffer.from("2b06010201010100", "hex")),
    ber(4, Buffer.from("Linux lab 6.1.0 x86_64")),
  );
  const zero = ber(2, Buffer.from([0]));
  const reply = ber(0xa2, ber(2, id.body), zero, zero, ber(0x30, binding));
  return ber(0x30, ber(2, version.body), ber(4, Buffer.from("public")), reply);
}

/** A report of usmStatsUnknownEngineIDs with this engine's number. @param {Buffer} header of the SNMPv3 message */
function reportEngine(header) {
  const id = readBer(header, 0);
  if (!id) return null;
  const engine = Buffer.from("80001f8804deadbeef", "hex");
  const integer = (/** @type {number} */ value) => ber(2, Buffer.from([value]));
  const security = ber(0x30, ber(4, engine), integer(1), integer(42), ber(4), ber(4), ber(4));
  const counter = ber(0x30, ber(6, Buffer.from("2b060106030f01010400", "hex")), ber(0x41, Buffer.from([1])));
  return ber(
    0x30,
    integer(3),
    ber(0x30, ber(2, id.body), ber(2, Buffer.from([0, 0xff, 0xe3])), ber(4, Buffer.from([0])), integer(3)),
    ber(4, security),
    ber(0x30, ber(4, engine), ber(4), ber(0xa8, integer(0), integer(0), integer(0), ber(0x30, counter))),
  );
}

/** RFC 1002 node status. @param {Buffer} input */
function answerNetbios(input) {
  if (input.length < 50 || input.readUInt16BE(46) !== 0x21) return null;
  const name = Buffer.from("LAB            \0", "latin1");
  const rdata = Buffer.concat([
    Buffer.from([1]),
    name,
    words(0x0400),
    Buffer.from([2, 0, 0, 0, 0, 1]),
    Buffer.alloc(40),
  ]);
  return Buffer.concat([
    input.subarray(0, 2),
    words(0x8400, 0, 1, 0, 0),
    input.subarray(12, 46),
    words(0x21, 1, 0, 0, rdata.length),
    rdata,
  ]);
}

/** RFC 5531: null calls succeed; another version or program is refused as rpcbind does. @param {Buffer} input */
function answerRpc(input) {
  if (input.length < 24 || input.readUInt32BE(4) !== 0 || input.readUInt32BE(8) !== 2) return null;
  const known = [100_000, 100_003].includes(input.readUInt32BE(12));
  const version = input.readUInt32BE(16);
  const reply = Buffer.alloc(known && version <= 4 ? 24 : known ? 32 : 24);
  input.copy(reply, 0, 0, 4);
  reply.writeUInt32BE(1, 4);
  if (!known) reply.writeUInt32BE(1, 20);
  else if (version > 4) {
    reply.writeUInt32BE(2, 20);
    reply.writeUInt32BE(2, 24);
    reply.writeUInt32BE(4, 28);
  }
  return reply;
}

/** RFC 2408: a notification "no proposal chosen" under the asker's cookie. @param {Buffer} input */
function answerIsakmp(input) {
  if (input.length < 28 || input[17] !== 0x10 || input[18] !== 2) return null;
  const payload = Buffer.from("0000000c0000000101000000", "hex");
  payload.writeUInt16BE(14, 10);
  const reply = Buffer.alloc(28 + payload.length);
  input.copy(reply, 0, 0, 8);
  reply.writeUInt32BE(0x1a2b3c4d, 8);
  reply.writeUInt32BE(0x5e6f7081, 12);
  reply.set([11, 0x10, 5, 0], 16);
  reply.writeUInt32BE(reply.length, 24);
  payload.copy(reply, 28);
  return reply;
}
